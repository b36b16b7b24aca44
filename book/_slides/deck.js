// Starts the deck once all formulas are set: only then is it known how large a slide is.
const shrink = box => {
  let size = 1;
  while (box.scrollWidth > box.clientWidth + 1 && size > 0.5) box.style.fontSize = `${(size -= 0.05)}em`;
};
// A formula too wide for the slide is set smaller, when the slide is first shown.
const fit = slide => slide.querySelectorAll('.claim-statement, mjx-container[display="true"]').forEach(shrink);

window.MathJax = {
  tex: { tags: "none" },
  chtml: { matchFontHeight: false }, // hidden slides have no height to match
  options: { enableMenu: false, ignoreHtmlClass: "tex2jax_ignore" },
  startup: {
    ready() {
      MathJax.startup.defaultReady();
      MathJax.startup.promise
        .then(() => Reveal.initialize({
          width: 1200,
          height: 675,
          margin: 0.045,
          center: false,
          hash: true,
          slideNumber: "c/t",
          transition: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "fade",
          transitionSpeed: "fast",
          plugins: [RevealNotes],
        }))
        .then(() => {
          Reveal.on("slidechanged", event => fit(event.currentSlide));
          fit(Reveal.getCurrentSlide());
          document.body.dataset.ready = "yes";
        });
    },
  },
};

/* What the theme leaves undone for those who read without a mouse or without eyes. */
(() => {
  /* What scrolls sideways can be reached and scrolled by the keyboard. */
  const scrolling = () => {
    for (const e of document.querySelectorAll("main pre, main table, main .claim-statement, main mjx-container[display=true], main .cell_output, main .math")) {
      if (e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX)) e.tabIndex = 0;
    }
  };
  const ready = () => {
    /* A button is called what stands on it. */
    for (const e of document.querySelectorAll("summary[aria-label='Toggle hidden content'], .search-button-field[aria-label]")) e.removeAttribute("aria-label");
    for (const e of document.querySelectorAll(".citation-list[role=list]")) e.removeAttribute("role");
    const typeset = window.MathJax && MathJax.startup && MathJax.startup.promise;
    Promise.resolve(typeset).then(scrolling);
    addEventListener("resize", scrolling);
  };
  if (document.readyState === "complete") ready(); else addEventListener("load", ready);
})();

// The twin of sampler.py: sfc32, one stream for each (seed, stream), and Box–Muller.
function words(seed, stream) {
  let a = 0, b = seed | 0, c = stream | 0, count = 1;
  const next = () => {
    const word = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
// Two standard normal numbers, written into pair.
function normals(next, pair) {
  const radius = Math.sqrt(-2 * Math.log((next() + 0.5) / 4294967296));
  const angle = 2 * Math.PI * (next() / 4294967296);
  pair[0] = radius * Math.cos(angle);
  pair[1] = radius * Math.sin(angle);
}

// The Hilbert curve: numbers that are near to each other stand near to each other.

/** Where number `at` stands in a square of side * side, `side` a power of 2. */
export function pointOf(at, side) {
  let x = 0;
  let y = 0;
  for (let size = 1; size < side; size *= 2) {
    const right = 1 & (at / 2);
    const up = 1 & (at ^ right);
    [x, y] = turned(x, y, size, right, up);
    x += size * right;
    y += size * up;
    at = Math.floor(at / 4);
  }
  return [x, y];
}

/** Which number stands there. */
export function numberAt(x, y, side) {
  let at = 0;
  for (let size = side / 2; size >= 1; size /= 2) {
    const right = (x & size) > 0 ? 1 : 0;
    const up = (y & size) > 0 ? 1 : 0;
    at += size * size * ((3 * right) ^ up);
    [x, y] = turned(x & (size - 1), y & (size - 1), size, right, up);
  }
  return at;
}

function turned(x, y, size, right, up) {
  if (up === 1) {
    return [x, y];
  }
  return right === 1 ? [size - 1 - y, size - 1 - x] : [y, x];
}

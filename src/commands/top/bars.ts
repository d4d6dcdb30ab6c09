const EIGHTHS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] as const;
const RISING = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const ASCII_RISING = [' ', '_', '.', '-', '=', '+', '*', '#', '#'] as const;

/** A bar of `width` cells of which `share` (0 to 1; NaN: unknown, and empty) is filled: in eighths of a cell, or in whole ones of ASCII. */
export function bar(share: number, width: number, hasBlocks: boolean): string {
  if (width <= 0) return '';
  const filled = Number.isNaN(share) ? 0 : Math.min(1, Math.max(0, share)) * width;
  if (!hasBlocks) {
    // What is not nothing is seen.
    const cells = filled > 0 ? Math.max(1, Math.round(filled)) : 0;
    return '#'.repeat(cells).padEnd(width, '.');
  }
  const eighths = filled > 0 ? Math.max(1, Math.round(filled * 8)) : 0;
  const whole = Math.floor(eighths / 8);
  const rest = eighths % 8 === 0 ? '' : EIGHTHS[eighths % 8]!;
  return ('█'.repeat(whole) + rest).padEnd(width, ' ');
}

/** One character for each of `values`, as high as it is of `most`; a blank for one that is unknown (NaN). Zero is the lowest mark. */
export function sparkline(values: readonly number[], most: number, hasBlocks: boolean): string {
  const marks = hasBlocks ? RISING : ASCII_RISING;
  return values
    .map((value) => {
      if (Number.isNaN(value)) return marks[0];
      const share = most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
      return marks[Math.max(1, Math.ceil(share * 8))]!;
    })
    .join('');
}

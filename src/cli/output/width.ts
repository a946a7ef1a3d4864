/** East Asian Wide and Fullwidth (Unicode Standard Annex 11), and what is shown as a picture. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]|\ufe0f/u;
/** Takes no column of its own: marks, and what is not shown. */
const NONE = /^[\p{M}\p{Cf}\u200b]*$/u;
const ASCII = /^[ -~]*$/;

/** Columns of a terminal that a text takes. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (!NONE.test(segment)) width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

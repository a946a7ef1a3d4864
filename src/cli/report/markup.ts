/** Text that is HTML or SVG already. Everything else that comes into a page is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | undefined | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** What HTML does not allow even escaped, and what turns the direction of the text that follows. */
const UNSHOWN = /[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu;

/** A tag for templates: drives, cartridges and users name things as they like, and none of it becomes markup. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((string, at) => `${at === 0 ? '' : textOf(parts[at - 1])}${string}`).join(''));
}

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(textOf).join('');
  return part === undefined ? '' : escaped(String(part));
}

function escaped(text: string): string {
  return text.replaceAll(UNSHOWN, '\ufffd').replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

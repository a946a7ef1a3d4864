// Text from tapes, files and drives must not control the terminal that shows it. All text `lto` prints passes here.

/** Control characters, lone surrogates, line separators, and bidirectional controls. */
const STEERING = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;
/** Those of them that JSON does not escape. */
const UNESCAPED = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu;

/** The only escape sequences that `lto` itself sends: `table()` prints its head in bold. */
const BOLD = ['\u001b[1m', '\u001b[22m'] as const;

/** A name on one line, escaped: `\x1b[2J` for what would clear the screen. */
export function visible(name: string): string {
  return name.replaceAll(STEERING, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** Lines of text, escaped for printing. Pass names that may contain a line feed through `visible` first. */
export function textLines(text: string): string {
  return `${outside(BOLD, text, (part) => part.split('\n').map(visible).join('\n'))}\n`;
}

/** A JSON document, escaped for printing, on one line or several. */
export function jsonLines(document: unknown, indentation?: number): string {
  const json = JSON.stringify(document, undefined, indentation);
  return `${json.replaceAll(UNESCAPED, (character) => `\\u${hex(character.charCodeAt(0), 4)}`)}\n`;
}

/** Writes lines of text without waiting or checking for errors. */
export function printText(stream: NodeJS.WritableStream, text: string): void {
  stream.write(textLines(text));
}

function outside([first, ...rest]: readonly string[], text: string, change: (part: string) => string): string {
  if (first === undefined) return change(text);
  return text
    .split(first)
    .map((part) => outside(rest, part, change))
    .join(first);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

// What tapes, files and drives say must not steer the terminal that shows it. All text of the command goes out here.

/** Control characters, lone surrogates, what breaks a line, and what turns the direction of writing. */
const STEERING = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;
/** Those that JSON leaves as they are. */
const UNESCAPED = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu;

/** The only sequence that the command itself sends: `table()` has its head in it. */
const BOLD = ['\u001b[1m', '\u001b[22m'] as const;

/** A name as one line shows it: `\x1b[2J` for what would clear the screen. */
export function visible(name: string): string {
  return name.replaceAll(STEERING, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** Lines of text as they are printed. A name in them that could hold a line feed has to be made visible before. */
export function textLines(text: string): string {
  return `${outside(BOLD, text, (part) => part.split('\n').map(visible).join('\n'))}\n`;
}

/** A document as it is printed, in one line or in many. */
export function jsonLines(document: unknown, indentation?: number): string {
  const json = JSON.stringify(document, undefined, indentation);
  return `${json.replaceAll(UNESCAPED, (character) => `\\u${hex(character.charCodeAt(0), 4)}`)}\n`;
}

/** Writes lines of text, for what need not be known to have been read. */
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

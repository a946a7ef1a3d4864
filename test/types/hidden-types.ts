// What `public-surface` must find: types that a user meets and can't name.

interface Hidden {
  readonly deeper: Deeper;
}

type Deeper = string | number;

/** Only a user who can construct the class meets it. */
interface OfConstructor {
  readonly text: string;
}

export class Shown {
  readonly #text: string;

  constructor({ text }: OfConstructor) {
    this.#text = text;
  }

  /** @internal */
  internal(given: OfConstructor): boolean {
    return given.text === this.#text;
  }

  hidden(): Hidden {
    return { deeper: this.#text };
  }
}

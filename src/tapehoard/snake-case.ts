type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : '';

/** The members of a type, with their names in snake_case. */
export type SnakeCased<T> = { readonly [Key in keyof T & string as SnakeCase<Key>]: T[Key] };

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Adds each of these members to an object or prototype under its name in snake_case too. */
export function addSnakeNames(target: object, names: readonly string[]): void {
  for (const name of names) {
    const member = Object.getOwnPropertyDescriptor(target, name);
    if (member !== undefined && !Object.hasOwn(target, snakeCase(name))) {
      Object.defineProperty(target, snakeCase(name), member);
    }
  }
}

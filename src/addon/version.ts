/** Version of the package. It stands here so that a bundle reads no file for it; a test compares it with package.json. */
export const VERSION = '0.1.0';

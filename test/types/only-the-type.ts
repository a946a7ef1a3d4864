// As hidden-types, for users who can't construct the class.

export type { Shown } from './hidden-types.js';

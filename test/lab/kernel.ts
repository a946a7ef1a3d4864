import { release } from 'node:os';

// What the kernels of the lab differ in.

const [major = 0] = release().split('.').map(Number);

/**
 * `st` learns of a unit attention that another program has taken: 7.2's does, 6.1's does not. There a cartridge that was
 * changed meanwhile is known only by the cartridge memory, or by where the data end.
 */
export const NOTICES_TAKEN_ATTENTION = major > 6;

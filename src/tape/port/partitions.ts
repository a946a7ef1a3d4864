import type { NumberRange } from '../../arguments/number.js';

/** Range of the PARTITION field of LOCATE(10). */
export const PARTITIONS: NumberRange = { min: 0, max: 0xff, unit: 'partitions' };

// Loaded when there is a file to check, since the validator is large.
import * as z from 'zod';
import { CARTRIDGE_NAME } from '../cartridge/cartridge-options.js';
import { MOST_ELEMENTS } from './element-map.js';
import { LIBRARY_FORMAT } from './library-folder.js';
import { LIBRARY_TRAIT_NAMES } from './traits/trait-names.js';

const count = z.int().min(0);
const seconds = z.number().min(0);

/** The content of `library.json`. Other fields are kept unchanged. */
export const RECORD = z.looseObject({
  format: z.literal(LIBRARY_FORMAT),
  identity: z.object({ vendor: z.string(), product: z.string(), revision: z.string(), serial: z.string() }),
  settings: z.object({
    drives: count.max(MOST_ELEMENTS.drives),
    slots: count.max(MOST_ELEMENTS.slots),
    mailSlots: count.max(MOST_ELEMENTS.mailSlots),
    unloadsDrives: z.boolean(),
    magazines: count.max(MOST_ELEMENTS.slots).optional(),
    traits: z.array(z.enum(LIBRARY_TRAIT_NAMES)).optional(),
    speed: z.object({ handling: seconds, travel: seconds, scan: seconds }),
  }),
  memory: z.object({
    stored: z.record(
      z.string().regex(/^\d{1,5}$/),
      z.object({
        cartridge: z.string().regex(CARTRIDGE_NAME),
        kind: z.enum(['data', 'worm', 'cleaning']),
        source: count.optional(),
        byOperator: z.boolean().optional(),
      }),
    ),
    removalPreventedBy: z.array(z.string()),
    magazinesOut: z.array(count).optional(),
    attentions: z.array(z.tuple([count, count])),
  }),
  closed: z.boolean(),
});

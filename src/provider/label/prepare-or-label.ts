import { LabelError } from '../../errors/index.js';
import type { Session } from '../session/session.js';
import { initializeMedia } from './initialize.js';
import { type Preparation, type PrepareOptions, prepareForWrite } from './prepare.js';

/** As `prepareForWrite`; a blank cartridge is labelled with its name. `initializeMedia` refuses one that holds anything. */
export async function prepareOrLabel(session: Session, id: string, options?: PrepareOptions): Promise<Preparation> {
  try {
    return await prepareForWrite(session, id, options);
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    await initializeMedia(session, id, {});
    return prepareForWrite(session, id);
  }
}

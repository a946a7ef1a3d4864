import { expect, it } from 'vitest';
import { scsiReference } from './scsi-reference.js';

it('docs/scsi.md says what the tables say; `npx vitest run test/docs -u` writes it anew', async () => {
  await expect(scsiReference()).toMatchFileSnapshot('../../docs/scsi.md');
});

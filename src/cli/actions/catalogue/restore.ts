import { restoreMembers } from '../../../catalogue/tape/restore-members.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { type MemberOptions, memberQuery } from '../../input/member-query.js';
import { facts } from '../../output/table.js';
import { formatBytes } from '../../output/units.js';
import { type ArchiveDevice, withArchiveProvider } from '../../run/archive-provider.js';
import { type CatalogueOptions, withCatalogue } from '../../run/catalogue.js';
import { interruptible } from '../../run/interrupt.js';

interface RestoreOptions extends CatalogueOptions, MemberOptions, KeystoreOptions, ArchiveDevice {
  readonly extract: string;
  readonly force?: boolean;
  readonly preserve?: boolean;
}

export async function restore(options: RestoreOptions, pattern: string) {
  const { extract: folder, force, preserve } = options;
  return withCatalogue(options, async (catalogue) => {
    const { members, more } = await catalogue.find(memberQuery(pattern, options));
    if (members.length === 0) {
      throw new InvalidArgumentError('nothing in the catalogue matches', { next: '`lto find` shows what does' });
    }
    if (more) {
      throw new InvalidArgumentError(`more than ${members.length} members match`, {
        next: 'Give --limit a larger number, or a narrower pattern',
      });
    }
    const report = await withArchiveProvider(options, keysOf(options), (provider) =>
      interruptible(({ signal }) => restoreMembers(catalogue, provider, members, folder, { force, preserve, signal })),
    );
    const text = facts([
      ['members', report.members],
      ['bytes', `${report.bytes} (${formatBytes(report.bytes)})`],
      ['archives', report.archives],
      ['cartridges', report.cartridges.join(', ')],
      ...(report.earlierVersions > 0
        ? ([['earlier versions', `${report.earlierVersions}, not restored`]] as const)
        : []),
    ]);
    return { document: report, text };
  });
}

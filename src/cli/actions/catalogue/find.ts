import type { FoundMember } from '../../../catalogue/index.js';
import { type MemberOptions, memberQuery } from '../../input/member-query.js';
import { table } from '../../output/table.js';
import type { CommonOptions } from '../../run/action.js';
import { type CatalogueOptions, withCatalogue } from '../../run/catalogue.js';

export async function find(options: CommonOptions & CatalogueOptions & MemberOptions, pattern: string) {
  const found = await withCatalogue(options, (catalogue) => catalogue.find(memberQuery(pattern, options)));
  const more = found.more ? '\nand more: --limit shows them' : '';
  return {
    document: found,
    text: found.members.length === 0 ? 'nothing found' : `${membersText(found.members)}${more}`,
  };
}

function membersText(members: readonly FoundMember[]): string {
  const rows = members.map(({ place, size, modified, path }) => {
    const where = place ? [place.cartridge, String(place.fileNumber)] : ['', ''];
    return [...where, String(size), new Date(modified * 1000).toISOString().slice(0, 19).replace('T', ' '), path];
  });
  return table(['cartridge', 'file', 'bytes', 'changed', 'path'], rows);
}

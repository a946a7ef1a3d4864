// Random trees of files for property tests.
import fc from 'fast-check';
import { countingBytes, isRoot, type TreeEntry, type TreeNode } from './tree.js';

/** A byte of a name is anything but NUL and `/`; the usual ones come often, so that names meet. */
const NAME_BYTE = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x61, max: 0x63 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x2f) },
);
const NAME = fc
  .oneof(
    { weight: 8, arbitrary: fc.array(NAME_BYTE, { minLength: 1, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.array(NAME_BYTE, { minLength: 90, maxLength: 255 }) },
  )
  .map((bytes) => String.fromCharCode(...bytes))
  .filter((name) => name !== '.' && name !== '..');
const PATH = fc.array(NAME, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

/** Sizes at and around the edges of blocks. */
const SIZE = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc.constantFrom(0, 1, 511, 512, 513, 4096, 65_535, 262_144, 1_048_577),
);
const BYTES = SIZE.map((length) => countingBytes(length));

const EXTENT = fc.record({ at: fc.integer({ min: 0, max: 300 }), length: fc.integer({ min: 1, max: 9000 }) });
const SPARSE = fc
  .record({ size: fc.integer({ min: 0, max: 2_000_000 }), extents: fc.array(EXTENT, { maxLength: 12 }) })
  .map(({ size, extents }): TreeNode => {
    const data = extents.map(({ at, length }) => ({ at: at * 4096, bytes: countingBytes(length) }));
    return { kind: 'sparse', size, data };
  });

const NODE: fc.Arbitrary<TreeNode> = fc.oneof(
  { weight: 6, arbitrary: BYTES.map((bytes): TreeNode => ({ kind: 'file', bytes })) },
  { weight: 2, arbitrary: fc.constant<TreeNode>({ kind: 'folder' }) },
  { weight: 2, arbitrary: PATH.map((target): TreeNode => ({ kind: 'symlink', target })) },
  { weight: 1, arbitrary: fc.constant<TreeNode>({ kind: 'hardlink', to: '' }) },
  { weight: 1, arbitrary: SPARSE },
  { weight: 1, arbitrary: fc.constant<TreeNode>({ kind: 'fifo' }) },
);

const NANOSECONDS = fc.integer({ min: 0, max: 999_999_999 }).map((value) => String(value).padStart(9, '0'));
const MTIME = fc
  .tuple(fc.integer({ min: -(2 ** 35), max: 2 ** 37 }), NANOSECONDS)
  .map(([seconds, nanoseconds]) => `${seconds}.${nanoseconds}`);
const ID = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 2 ** 21 - 2, max: 2 ** 32 - 2 }));
const XATTRS = fc
  .array(fc.tuple(fc.stringMatching(/^user\.[ -~]{1,20}$/), fc.uint8Array({ maxLength: 300 })), { maxLength: 3 })
  .map((pairs) => Object.fromEntries(pairs));

const ENTRY = fc.record({
  node: NODE,
  path: PATH,
  /** Its owner can always read it, so that others than root can archive it. */
  mode: fc.integer({ min: 0, max: 0o7777 }).map((mode) => mode | 0o500),
  owner: fc.tuple(ID, ID),
  mtime: fc.option(MTIME),
  xattrs: fc.option(XATTRS),
  /** Which file a hard link leads to. */
  choice: fc.nat(),
});

/** As `makeTree` takes them. `special`: with FIFOs. */
export function randomTree({ special = false }: { special?: boolean } = {}): fc.Arbitrary<TreeEntry[]> {
  return fc.array(ENTRY, { maxLength: 30 }).map((entries) => {
    const taken = new Map<string, boolean>();
    const files: string[] = [];
    const tree: TreeEntry[] = [];
    for (const { node, path, mode, owner, mtime, xattrs, choice } of entries) {
      if ((node.kind === 'fifo' && !special) || !fits(taken, path, node.kind === 'folder')) continue;
      const to = files[choice % Math.max(1, files.length)];
      if (node.kind === 'hardlink' && to === undefined) continue;
      if (node.kind === 'file' || node.kind === 'sparse') files.push(path);
      tree.push({
        ...(node.kind === 'hardlink' && to !== undefined ? { kind: 'hardlink', to } : node),
        path,
        mode,
        owner: isRoot ? owner : undefined,
        mtime: mtime ?? undefined,
        // Links and FIFOs take no attributes of users.
        xattrs: node.kind === 'file' || node.kind === 'folder' ? (xattrs ?? undefined) : undefined,
      });
    }
    return tree;
  });
}

/** Notes the path and the folders on its way, where nothing else stands in any of these places. */
function fits(taken: Map<string, boolean>, path: string, isFolder: boolean): boolean {
  const names = path.split('/');
  const parents = names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
  if (taken.has(path) || parents.some((parent) => taken.get(parent) === false)) return false;
  for (const parent of parents) taken.set(parent, true);
  taken.set(path, isFolder);
  return true;
}

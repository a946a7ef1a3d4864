import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packedPackage } from '../support/packed.js';

// The tarball as others use it: with another compiler configuration, by import and by require().

const run = promisify(execFile);
const packed = packedPackage();
const COMPILES_MS = 240_000;

/** What a program does with the package: both entry points, classes, functions and types. */
const BODY = `
async function main(folder: string): Promise<void> {
  await lto.createVirtualDrive(folder, { generation: 8, cartridge: { barcode: 'ABC001L8' } });
  const drive: lto.TapeDrive = await lto.TapeDrive.open(\`virtual:\${folder}\`);
  try {
    const how: lto.WriteStreamOptions = { checksum: 'crc32', signal: new AbortController().signal };
    const stream: lto.TapeWriteStream = drive.createWriteStream(how);
    stream.on('earlyWarning', ({ records }) => console.log(records.toFixed()));
    stream.end('a file');
    await new Promise<void>((resolve, reject) => stream.on('close', resolve).on('error', reject));
    const receipt: lto.TapeReceipt | undefined = stream.receipt;
    const { bytes }: lto.ReadSummary = await drive.verifyFile({ fileNumber: 0, expectedChecksum: receipt?.checksum });
    const page: lto.LogPage | undefined = await drive.logPage(scsi.TEMPERATURES.page);
    const command: scsi.ScsiCommand = scsi.logSense(scsi.TEMPERATURES.page);
    const keys: lto.KeyStore = new lto.MemoryKeyStore([['a', lto.generateKey()]]);
    console.log(bytes, page === undefined, command.name, (await keys.get('a'))?.symmetricKeySize);
    const older = new tapehoard.TapeHoardProvider({ device_path: '/dev/nst95' });
    const isOnline: boolean = await older.check_online();
    const state: tapehoard.TapeHoardState = tapehoard.TapeHoardProvider.get_cached_live_info('/dev/nst95');
    if (isOnline || state.online || tapehoard.TapeHoardProvider.provider_id !== 'lto_tape') throw new Error(older.get_name());
  } catch (error) {
    if (error instanceof lto.LtoError) console.log(error.code satisfies string);
    throw error;
  } finally {
    await drive.close();
  }
}

void main(process.argv[2] ?? '');
`;
const BY_IMPORT = `import * as lto from 'node-lto';\nimport * as scsi from 'node-lto/scsi';\nimport * as tapehoard from 'node-lto/tapehoard';\n${BODY}`;
const BY_REQUIRE = `import lto = require('node-lto');\nimport scsi = require('node-lto/scsi');\nimport tapehoard = require('node-lto/tapehoard');\n${BODY}`;
/** Before require() of modules, CommonJS imports them when it runs. */
const WHEN_IT_RUNS = `
void (async () => {
  const lto = await import('node-lto');
  const scsi = await import('node-lto/scsi');
  await lto.createVirtualDrive(process.argv[2] ?? '');
  const drive = await lto.TapeDrive.open(\`virtual:\${process.argv[2]}\`);
  const { bytes } = await drive.writeFile('a file');
  const page = await drive.logPage(scsi.TEMPERATURES.page);
  await drive.close();
  console.log(bytes, page === undefined, scsi.logSense(scsi.TEMPERATURES.page).name, lto.generateKey().symmetricKeySize);
})();
`;
const { ModuleKind, ModuleResolutionKind } = ts;

interface Consumer {
  readonly file: string;
  readonly source: string;
  readonly module: ts.ModuleKind;
  readonly moduleResolution: ts.ModuleResolutionKind;
  /** Of the consumer's package.json, for files whose ending does not say. */
  readonly type?: 'commonjs' | 'module';
}

const CONSUMERS: Readonly<Record<string, Consumer>> = {
  'nodenext, ESM': {
    file: 'program.mts',
    source: BY_IMPORT,
    module: ModuleKind.NodeNext,
    moduleResolution: ModuleResolutionKind.NodeNext,
  },
  'nodenext, CommonJS': {
    file: 'program.cts',
    source: BY_REQUIRE,
    module: ModuleKind.NodeNext,
    moduleResolution: ModuleResolutionKind.NodeNext,
  },
  'node16, ESM': {
    file: 'program.mts',
    source: BY_IMPORT,
    module: ModuleKind.Node16,
    moduleResolution: ModuleResolutionKind.Node16,
  },
  'node16, CommonJS': {
    file: 'program.cts',
    source: WHEN_IT_RUNS,
    module: ModuleKind.Node16,
    moduleResolution: ModuleResolutionKind.Node16,
  },
  'bundler, ESM': {
    file: 'program.ts',
    source: BY_IMPORT,
    module: ModuleKind.ESNext,
    moduleResolution: ModuleResolutionKind.Bundler,
    type: 'module',
  },
  'bundler, CommonJS': {
    file: 'program.ts',
    source: BY_REQUIRE,
    module: ModuleKind.CommonJS,
    moduleResolution: ModuleResolutionKind.Bundler,
    type: 'commonjs',
  },
};

/** The same file parsed once for all programs that take it as a module of the same kind. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Compiles as a stranger's strict project does, which looks into the declarations of the package too. */
function compile(path: string, { module, moduleResolution }: Consumer): string[] {
  const options: ts.CompilerOptions = {
    module,
    moduleResolution,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // The other packages' own business.
    skipLibCheck: false,
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getCurrentDirectory = () => packed.folder();
  host.getSourceFile = (file, how, ...others) => {
    const key = `${file} ${typeof how === 'object' ? how.impliedNodeFormat : ''}`;
    if (!parsed.has(key)) parsed.set(key, read(file, how, ...others));
    return parsed.get(key);
  };
  const program = ts.createProgram([path], options, host);
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(packed.folder()));
  const found = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
  program.emit(program.getSourceFile(path));
  return found.map(
    ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
}

it.each(Object.entries(CONSUMERS))(
  'a program in TypeScript compiles and runs: %s',
  async (name, consumer) => {
    const folder = join(packed.folder(), name.replaceAll(/\W+/g, '-'));
    await mkdir(folder);
    if (consumer.type !== undefined)
      await writeFile(join(folder, 'package.json'), JSON.stringify({ type: consumer.type }));
    const path = join(folder, consumer.file);
    await writeFile(path, consumer.source);
    expect(compile(path, consumer)).toEqual([]);
    const script = path.replace(/\.([cm]?)ts$/, '.$1js');
    const { stdout } = await run(process.execPath, [script, join(folder, 'drive')]);
    expect(stdout).toBe('6 false LOG SENSE 32\n');
  },
  COMPILES_MS,
);

const CMAKE_JS = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
const SOURCES = fileURLToPath(new URL('../../native/', import.meta.url));
const PREBUILT_CHILD = fileURLToPath(new URL('../native/prebuilt-child.cjs', import.meta.url));
const hasCompiler = ['cmake', process.env.CXX ?? 'c++'].every((name) => spawnSync(name, ['--version']).status === 0);

describe.runIf(process.platform === 'linux' && hasCompiler)('native.tar.gz', () => {
  const inPackage = (name: string) => join(packed.folder(), 'node_modules', 'node-lto', name);
  const cmakeJs = (command: string) => run(process.execPath, [CMAKE_JS, command, '-d', inPackage('')]);

  it(
    'has all sources of the addon, and CMake takes them from it',
    async () => {
      await cmakeJs('configure');
      const commands: readonly { readonly file: string }[] = JSON.parse(
        await readFile(inPackage('build/compile_commands.json'), 'utf8'),
      );
      const sources = commands.map(({ file }) => file).filter((file) => /native\/(core|napi)\/[\w.-]+$/.test(file));
      const there = ['core', 'napi'].flatMap((room) =>
        readdirSync(join(SOURCES, room))
          .filter((name) => name.endsWith('.cc'))
          .map((name) => inPackage(`build/sources/native/${room}/${name}`)),
      );
      expect(sources.toSorted()).toEqual(there.toSorted());
    },
    COMPILES_MS,
  );

  // Minutes of compiling: by hand, before a release.
  it.runIf(process.env.PACKED_ADDON)(
    'gives an addon that works',
    async () => {
      await cmakeJs('compile');
      const addon = inPackage('build/Release/node-lto.node');
      const { stdout } = await run(process.execPath, [PREBUILT_CHILD, addon, join(packed.folder(), 'records')]);
      expect(JSON.parse(stdout)).toMatchObject({ isOnDisk: true, isReadBack: true });
    },
    3_600_000,
  );
});

it('publint finds nothing to say about the package', async () => {
  const pkgDir = join(packed.folder(), 'node_modules', 'node-lto');
  const { messages } = await publint({ pkgDir, pack: false, strict: true });
  expect(messages).toEqual([]);
});

it(
  'the types belong to what is loaded, in every way of resolving them that knows exports',
  async () => {
    const analysis = await checkPackage(createPackageFromTarballData(await packed.tarball()));
    if (analysis.types === false) throw new Error('the package has no types');
    const { entrypoints, problems } = analysis;
    expect(Object.keys(entrypoints).toSorted()).toEqual([
      '.',
      './archive',
      './catalogue',
      './package.json',
      './scsi',
      './tapehoard',
    ]);
    const found = problems.map((problem) => ({
      kind: problem.kind,
      where: 'entrypoint' in problem ? `${problem.entrypoint} ${problem.resolutionKind}` : undefined,
    }));
    // A module that CommonJS requires, for which it needs no other file since Node.js 20.19.
    const known = ['.', './archive', './scsi', './tapehoard', './catalogue'].map((entry) => ({
      kind: 'CJSResolvesToESM',
      where: `${entry} node16-cjs`,
    }));
    expect(found.filter(({ where }) => !where?.endsWith('node10'))).toEqual(known);
  },
  COMPILES_MS,
);

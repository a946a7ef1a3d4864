import type { errorDocument } from '../../src/cli/output/document.js';
import type { WorkEvent } from '../../src/cli/output/notes.js';

// The documents of the commands, as the types of their own code: the schemas in docs/schemas are made from this.

type Result<Work> = Work extends (...args: never[]) => infer R ? Exclude<Awaited<R>, undefined> : never;
/** What the work of a command prints with `--json`. */
type Document<Work> = Result<Work> extends infer R ? (R extends { readonly document: infer D } ? D : never) : never;

type Catalogue = typeof import('../../src/cli/actions/catalogue/catalogue.js');
type Configuration = typeof import('../../src/cli/actions/drive/configuration.js');
type Encryption = typeof import('../../src/cli/actions/drive/encryption.js');
type Key = typeof import('../../src/cli/actions/keys/key.js');
type Library = typeof import('../../src/cli/actions/library/library.js');
type Mam = typeof import('../../src/cli/actions/drive/mam.js');
type Motion = typeof import('../../src/cli/actions/motion/motion.js');
type Reserve = typeof import('../../src/cli/actions/motion/reserve.js');
type Virtual = typeof import('../../src/cli/actions/virtual/virtual.js');
type VirtualLibrary = typeof import('../../src/cli/actions/virtual/library.js');

/** What a command prints one of for each line, as the function of its own code makes it. */
type Line<Make extends (...args: never[]) => unknown> = ReturnType<Make>;

/** By the command's name. */
export interface Documents {
  label: Document<typeof import('../../src/cli/actions/media/label.js')['label']>;
  write: Document<typeof import('../../src/cli/actions/media/write.js')['write']>;
  append: Document<typeof import('../../src/cli/actions/media/write.js')['write']>;
  read: Document<typeof import('../../src/cli/actions/media/read.js')['read']>;
  list:
    | Document<typeof import('../../src/cli/actions/catalogue/list.js')['listCatalogue']>
    | Document<typeof import('../../src/cli/actions/media/list.js')['list']>;
  scan: Document<typeof import('../../src/cli/actions/media/scan.js')['scan']>;
  verify: Document<typeof import('../../src/cli/actions/media/verify.js')['verify']>;
  erase: Document<typeof import('../../src/cli/actions/media/erase.js')['erase']>;
  format: Document<typeof import('../../src/cli/actions/media/format.js')['format']>;
  bench: Document<typeof import('../../src/cli/actions/media/bench.js')['bench']>;
  find: Document<typeof import('../../src/cli/actions/catalogue/find.js')['find']>;
  restore: Document<typeof import('../../src/cli/actions/catalogue/restore.js')['restore']>;
  'catalogue stats': Document<Catalogue['stats']>;
  'catalogue export': import('../../src/catalogue/index.js').CatalogueChange;
  'catalogue import': Document<Catalogue['importAll']>;
  'catalogue forget': Document<Catalogue['forget']>;
  'catalogue reconcile': Document<typeof import('../../src/cli/actions/catalogue/reconcile.js')['reconcileCartridge']>;
  'catalogue rebuild': Document<typeof import('../../src/cli/actions/catalogue/rebuild.js')['rebuildCatalogue']>;
  drives: Document<typeof import('../../src/cli/actions/drive/drives.js')['drives']>;
  status: Document<typeof import('../../src/cli/actions/drive/status.js')['status']>;
  inspect: Document<typeof import('../../src/cli/actions/drive/inspect.js')['inspect']>;
  health: Document<typeof import('../../src/cli/actions/drive/health.js')['health']>;
  'mam get': Document<Mam['get']>;
  'mam set': Document<Mam['set']>;
  'mam delete': Document<Mam['remove']>;
  log: Document<typeof import('../../src/cli/actions/drive/log.js')['log']>;
  configuration: Document<Configuration['configuration']>;
  compression: Document<Configuration['compression']>;
  'encryption status': Document<Encryption['status']>;
  'encryption on': Document<Encryption['on']>;
  'encryption off': Document<Encryption['off']>;
  capture: Document<typeof import('../../src/cli/actions/drive/capture.js')['capture']>;
  watch: Line<typeof import('../../src/cli/actions/monitor/watch.js')['watchDocument']>;
  report: Document<typeof import('../../src/cli/actions/monitor/report.js')['report']>;
  metrics: Document<typeof import('../../src/cli/actions/monitor/metrics.js')['metrics']>;
  rewind: Document<Motion['rewind']>;
  load: Document<Motion['load']>;
  unload: Document<Motion['unload']>;
  eject: Document<Motion['eject']>;
  locate: Document<Motion['locate']>;
  space: Document<Motion['space']>;
  unprotect: Document<Motion['unprotect']>;
  wait: Document<typeof import('../../src/cli/actions/motion/wait.js')['wait']>;
  clean: Document<typeof import('../../src/cli/actions/library/clean.js')['clean']>;
  'reserve status': Document<Reserve['status']>;
  'reserve take': Document<Reserve['take']>;
  'reserve release': Document<Reserve['release']>;
  'library list': Document<Library['list']>;
  'library status': Document<Library['status']>;
  'library audit': Document<Library['audit']>;
  'library load': Document<Library['load']>;
  'library unload': Document<Library['unload']>;
  'library transfer': Document<Library['transfer']>;
  'library exchange': Document<Library['exchange']>;
  'library import': Document<Library['importAll']>;
  'library export': Document<Library['exportOne']>;
  'library lock': Document<Library['lock']>;
  'library clean': Document<Library['clean']>;
  'library watch': Line<typeof import('../../src/cli/actions/library/watch.js')['eventDocument']>;
  'key generate': Document<Key['generate']>;
  'key import': Document<Key['importKey']>;
  'key list': Document<Key['list']>;
  'key export': Document<Key['exportKey']>;
  'key delete': Document<Key['deleteKey']>;
  'key passphrase': Document<Key['changePassphrase']>;
  'virtual create': Document<Virtual['create']>;
  'virtual insert': Document<Virtual['insert']>;
  'virtual remove': Document<Virtual['remove']>;
  'virtual reset': Document<Virtual['reset']>;
  'virtual faults': Document<Virtual['setFaults']>;
  'virtual create-library': Document<VirtualLibrary['createLibrary']>;
  'virtual import': Document<VirtualLibrary['importCartridge']>;
  'virtual export': Document<VirtualLibrary['exportCartridge']>;
  'virtual remove-magazine': Document<VirtualLibrary['removeMagazine']>;
  'virtual insert-magazine': Document<VirtualLibrary['insertMagazine']>;
  'serve-virtual': Line<typeof import('../../src/cli/actions/virtual/serve-virtual.js')['readyDocument']>;
  demo: Document<typeof import('../../src/cli/actions/virtual/demo.js')['demo']>;
  completion: Document<typeof import('../../src/cli/actions/shell/completion.js')['completion']>;
  error: { readonly error: ReturnType<typeof errorDocument> };
  event: WorkEvent;
}

export type {
  ArchiveRecord,
  ArchiveRecorder,
  ArchiveState,
  CartridgeRecord,
  CatalogueChange,
  DriveRecord,
  MemberRecord,
  PartRecord,
  VerificationRecord,
} from '../provider/record/changes.js';
export type { SqliteDriverName } from './engine/sqlite-file.js';
export type {
  ArchiveQuery,
  Catalogue,
  CataloguedArchive,
  CataloguedCartridge,
  CatalogueStats,
  FoundMember,
  FoundMembers,
  MemberLimits,
  MemberPlace,
  MemberQuery,
} from './model/catalogue.js';
export { type CatalogueOptions, openCatalogue } from './open-catalogue.js';
export { type RebuildOptions, type RebuildReport, rebuild } from './tape/rebuild.js';
export { type ReconcileOptions, type Reconciliation, reconcile } from './tape/reconcile.js';
export { type RestoreOptions, type RestoreReport, restoreMembers } from './tape/restore-members.js';

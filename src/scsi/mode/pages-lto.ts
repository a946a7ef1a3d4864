import { bits, flag, uint } from '../wire/layout.js';
import type { ModePageLayout } from './page.js';

// Mode pages for port and power, and IBM's own, as on an LTO-10 drive. Times are in units of 100 ms unless noted.

/** FCP-4 and SPL-4; PROTOCOL IDENTIFIER: 0 Fibre Channel, 6 SAS. */
export const PROTOCOL_SPECIFIC_LOGICAL_UNIT = {
  page: 0x18,
  subpage: 0,
  name: 'Protocol specific logical unit',
  length: 8,
  fields: {
    /** SAS only. */
    transportLayerRetries: flag(2, 4),
    protocolIdentifier: bits(2, 3, 0),
    /** EPDC, Fibre Channel only. */
    enablePreciseDeliveryChecking: flag(3, 0),
  },
} as const satisfies ModePageLayout;

/** FCP-4. */
export const FIBRE_CHANNEL_PORT = {
  page: 0x19,
  subpage: 0,
  name: 'Protocol specific port, Fibre Channel',
  length: 8,
  fields: {
    protocolIdentifier: bits(2, 3, 0),
    disableTargetOriginatedFabric: flag(3, 7),
    preventLoopPortBypass: flag(3, 6),
    disableDiscovery: flag(3, 5),
    disableLoopMaster: flag(3, 4),
    requireHardAddress: flag(3, 3),
    allowLoginWithoutLoopInitialization: flag(3, 2),
    disableTargetInitiatedPortEnable: flag(3, 1),
    disableTargetOriginatedLoopInitialization: flag(3, 0),
    /** RR_TOV UNITS: 1 of 1 ms, 3 of 100 ms, 5 of 10 s. */
    resourceRecoveryTimeoutUnits: bits(6, 2, 0),
    resourceRecoveryTimeout: uint(7, 1),
  },
} as const satisfies ModePageLayout;

/** SPL-4, short format. */
export const SAS_PORT = {
  page: 0x19,
  subpage: 0,
  name: 'Protocol specific port, SAS',
  length: 16,
  fields: {
    continueArbitrationWait: flag(2, 6),
    broadcastAsynchronousEvent: flag(2, 5),
    readyLedMeaning: flag(2, 4),
    protocolIdentifier: bits(2, 3, 0),
    /** Milliseconds, also in the next field. */
    nexusLossTime: uint(4, 2),
    initiatorResponseTimeout: uint(6, 2),
    /** Units of 10 µs. */
    rejectToOpenLimit: uint(8, 2),
  },
} as const satisfies ModePageLayout;

/** SPC-5; the part that exists since SPC-3. */
export const POWER_CONDITION = {
  page: 0x1a,
  subpage: 0,
  name: 'Power condition',
  length: 12,
  fields: {
    backgroundPrecedence: bits(2, 7, 6),
    standbyY: flag(2, 0),
    idleC: flag(3, 3),
    idleB: flag(3, 2),
    idleA: flag(3, 1),
    standbyZ: flag(3, 0),
    idleATimer: uint(4, 4),
    standbyZTimer: uint(8, 4),
  },
} as const satisfies ModePageLayout;

/** IBM's. */
export const BEHAVIOR_CONFIGURATION = {
  page: 0x2f,
  subpage: 0,
  name: 'Behavior configuration',
  length: 10,
  fields: {
    fenceBehavior: uint(2, 1),
    cleanBehavior: uint(3, 1),
    wormBehavior: uint(4, 1),
    senseDataBehavior: uint(5, 1),
    /** CCDM. */
    checkConditionForDeadMedia: flag(6, 2),
    /** DDEOR. */
    disableDeferredErrorOnRewind: flag(6, 1),
    /** CLNCHK. */
    cleanCheck: flag(6, 0),
    /** DFMRDL: a field microcode replacement cartridge cannot install older microcode. */
    disableMicrocodeDownLevel: flag(7, 0),
    /** UOE: whether a cartridge is unloaded after an error, by kind of cartridge. */
    unloadCleanerOnError: bits(8, 5, 4),
    unloadMicrocodeOnError: bits(8, 3, 2),
    unloadDataOnError: bits(8, 1, 0),
    tapeAlert10h: flag(9, 0),
  },
} as const satisfies ModePageLayout;

/** IBM's page. The content of it and its subpages is not public: only the bytes of `ModePage` are available. */
export const DEVICE_ATTRIBUTE_SETTINGS = {
  page: 0x30,
  subpage: 0,
  name: 'Device attribute settings',
  length: 2,
  fields: {},
} as const satisfies ModePageLayout;

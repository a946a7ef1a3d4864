// Limits on the time and the connections that a peer may use. Limits on bytes are mostly where the bytes are buffered.

/** The registered port. */
export const ISCSI_PORT = 3260;

/** Time limits for an initiator, ms. */
export interface TimeLimits {
  /** From connecting to the end of the login. */
  readonly login: number;
  /** For a whole discovery session, which only lists the targets. */
  readonly discovery: number;
  /** Silence of a session, after which the server pings it (NOP-In). */
  readonly silence: number;
  /** To answer the ping. */
  readonly ping: number;
  /** To read answers while the send buffer is full. */
  readonly reading: number;
  /** To read the last answers before the connection is closed. */
  readonly end: number;
}

export const TIME_LIMITS: TimeLimits = {
  login: 15_000,
  discovery: 60_000,
  silence: 60_000,
  ping: 30_000,
  reading: 30_000,
  end: 5000,
};

/** Connections without a session on a target: those that are logging in, and discovery. */
const MOST_GUESTS = 32;
const MOST_SESSIONS = 32;
/** More than there are places, because closing connections still count for a moment. */
export const MOST_CONNECTIONS = MOST_GUESTS + MOST_SESSIONS + 16;

/** Bytes of unread answers in a connection. Above this, the server accepts nothing more from the initiator. */
export const MOST_UNREAD = 256 * 1024;

/** A connection that takes a place. */
export interface Guest {
  /** Address of the initiator. */
  readonly address: string;
  /** Closes the connection at once. */
  close(why: string): void;
}

/** The connection places of a server. Guests cannot take the places of sessions; an old guest yields to a new one. */
export class Places {
  /** In order of arrival. */
  readonly #guests = new Set<Guest>();
  readonly #sessions = new Set<Guest>();

  /** Adds a guest. If there are too many, closes the oldest one of the address that has the most. */
  enter(guest: Guest): void {
    if (this.#guests.size >= MOST_GUESTS) this.#oldestOfMost()?.close('another connection needs its place');
    this.#guests.add(guest);
  }

  /** Moves a guest that has logged in to a target to the place of a session; false if there is none. */
  promote(guest: Guest, replacesAnother: boolean): boolean {
    if (this.#sessions.size >= MOST_SESSIONS && !replacesAnother) return false;
    this.#guests.delete(guest);
    this.#sessions.add(guest);
    return true;
  }

  leave(guest: Guest): void {
    this.#guests.delete(guest);
    this.#sessions.delete(guest);
  }

  #oldestOfMost(): Guest | undefined {
    const byAddress = new Map<string, Guest[]>();
    for (const guest of this.#guests) {
      const others = byAddress.get(guest.address);
      if (others === undefined) byAddress.set(guest.address, [guest]);
      else others.push(guest);
    }
    return [...byAddress.values()].reduce((most, each) => (each.length > most.length ? each : most), [])[0];
  }
}

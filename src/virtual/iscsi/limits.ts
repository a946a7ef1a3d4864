// What a peer may take of the server. Bytes are bounded where they are kept; here are time and places.

/** The registered port. */
export const ISCSI_PORT = 3260;

/** How long an initiator may take, ms. */
export interface TimeLimits {
  /** From the connection to the end of its login. */
  readonly login: number;
  /** A discovery session, which lists the targets and is over. */
  readonly discovery: number;
  /** Without a word from a session; then it is asked whether it is there. */
  readonly silence: number;
  /** To answer that. */
  readonly ping: number;
  /** To fetch answers that are more than the connection holds. */
  readonly reading: number;
  /** To fetch the last answers. */
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

/** Connections without a session on a target: those that log in, and discovery. */
const MOST_GUESTS = 32;
const MOST_SESSIONS = 32;
/** Some more than have places: those that go are still there for a moment. */
export const MOST_CONNECTIONS = MOST_GUESTS + MOST_SESSIONS + 16;

/** Answers that wait in a connection, bytes: with more of them nothing is taken from the initiator. */
export const MOST_UNREAD = 256 * 1024;

/** A connection that has a place. */
export interface Guest {
  /** Address of the initiator. */
  readonly address: string;
  /** Closes the connection at once. */
  close(why: string): void;
}

/** The places of a server. Guests cannot take those of sessions, and make room for each other. */
export class Places {
  /** In the order of their arrival. */
  readonly #guests = new Set<Guest>();
  readonly #sessions = new Set<Guest>();

  /** Takes a guest in; the oldest of the address that has most goes when there are too many. */
  enter(guest: Guest): void {
    if (this.#guests.size >= MOST_GUESTS) this.#oldestOfMost()?.close('another connection needs its place');
    this.#guests.add(guest);
  }

  /** Whether a guest that has logged in to a target gets the place of a session. */
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

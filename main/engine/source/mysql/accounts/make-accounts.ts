import type { Flavour } from '../../../../../shared/model/database.ts';
import {
  accountText,
  isEverybody,
  isSameAccount,
  type Account,
  type AccountName,
} from '../../../../../shared/model/accounts.ts';
import { toAppError } from '../../../../../shared/errors/app-error.ts';
import type { LoadSession } from '../load/index.ts';
import { serverErrno } from '../map-error.ts';
import { createStatements, defaultRoleStatement, grantStatement, quoteAccount } from './account-sql.ts';
import { mayBeGiven, placeText } from './fit-rights.ts';

const alreadyThere = 1396;
const pluginUnknown = 1524;

/**
 * Makes the accounts of a snapshot on a server: first the accounts themselves, so that views and routines find their definers, and
 * after all objects their rights. An account that is there already is left exactly as it is, with its password and its rights. Each
 * account that cannot be had, and each right, becomes a note `id: subject`; nothing of this fails a restore of data.
 *
 * Errors of both steps: those of a connection that ends; the signal's reason.
 */
export class AccountMaker {
  readonly #session: LoadSession;
  readonly #accounts: readonly Account[];
  readonly #source: Flavour;
  readonly #signal: AbortSignal;
  /** Made by this object and by nobody else: these may be dropped again. */
  readonly made: Account[] = [];
  readonly existing: AccountName[] = [];
  readonly notes: string[] = [];

  /** @param source the flavour of the server that the accounts come from */
  constructor(session: LoadSession, accounts: readonly Account[], source: Flavour, signal: AbortSignal) {
    this.#session = session;
    this.#accounts = accounts;
    this.#source = source;
    this.#signal = signal;
  }

  async create(): Promise<void> {
    for (const account of this.#accounts) {
      // Everybody is there everywhere; what one says below is that it was left alone.
      if (isEverybody(account.name)) this.#leaveEverybody(account);
      // Hashes and ways to log in of one flavour mean nothing to the other.
      else if (this.#session.flavour !== this.#source) this.#note('account-other-flavour', account.name);
      else await this.#createOne(account);
    }
  }

  /**
   * @param restored databases that this restore has made under their own names; null when they have come back under other names: then
   *   nobody gets a right, because the rights are on the names, and the live database may have them.
   */
  async grant(restored: ReadonlySet<string> | null): Promise<void> {
    if (this.made.length === 0) return;
    if (restored === null) {
      for (const { name, grants } of this.made) if (grants.length > 0) this.#note('account-without-rights', name);
    } else {
      const rows = await this.#session.rows('SHOW DATABASES', this.#signal);
      const present = rows.map((row) => row.get('database') ?? '');
      for (const account of [...this.made])
        if (!(await this.#grantAll(account, restored, present))) this.made.splice(this.made.indexOf(account), 1);
      for (const account of this.made) await this.#setDefaultRole(account);
    }
    for (const account of this.made) if (account.create === null) await this.#giveRoleAway(account, restored !== null);
  }

  async #createOne(account: Account): Promise<void> {
    const { name } = account;
    const [create, ...more] = createStatements(account) ?? [];
    if (create === undefined) {
      this.#note('account-not-understood', name);
      return;
    }
    const errno = await this.#try(create);
    if (errno === 0) {
      this.made.push(account);
      for (const statement of more) {
        const failed = await this.#try(statement);
        if (failed !== 0) this.#note('account-not-whole', name, failed);
      }
    } else if (errno === alreadyThere) {
      this.existing.push(name);
      this.#note('account-exists', name);
    } else if (errno === pluginUnknown) this.#note('account-plugin-unknown', name);
    else if (errno === 'denied') this.#note('account-denied', name);
    else this.#note('account-not-created', name, errno);
  }

  /** False when the account could not keep what it may not have, and is gone again. */
  async #grantAll(account: Account, restored: ReadonlySet<string>, present: readonly string[]): Promise<boolean> {
    const { name } = account;
    const leftOut = new Set<string>();
    for (const grant of account.grants) {
      if (!mayBeGiven(grant, restored, present)) {
        leftOut.add(placeText(grant));
        continue;
      }
      const errno = await this.#try(grantStatement(name, grant));
      if (errno === 0) continue;
      this.#note('right-not-given', name, errno, placeText(grant));
      // What the source takes away here it has given elsewhere: rather too few rights than too many.
      if (grant.kind === 'revoked') {
        const isBare = (await this.#try(`REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${quoteAccount(name)}`)) === 0;
        if (!isBare) await this.#session.execute(dropStatement(account), this.#signal);
        this.#note(isBare ? 'account-without-rights' : 'account-not-created', name);
        return isBare;
      }
    }
    for (const place of leftOut) this.#note('right-left-out', name, 0, place);
    return true;
  }

  async #setDefaultRole(account: Account): Promise<void> {
    const statement = defaultRoleStatement(account);
    const errno = statement === null ? 0 : await this.#try(statement);
    if (errno !== 0) this.#note('default-role-not-set', account.name, errno);
  }

  /**
   * MariaDB lets whoever makes a role administer it, and nobody else who has not got it with ADMIN OPTION. When another account has,
   * the restoring one gives it back.
   */
  async #giveRoleAway({ name }: Account, isGranted: boolean): Promise<void> {
    const hasAdmin = this.made.some(({ grants }) =>
      grants.some(
        (grant) =>
          grant.kind === 'roles' && grant.withAdminOption && grant.roles.some((role) => isSameAccount(role, name)),
      ),
    );
    const isAway = isGranted && hasAdmin && (await this.#try(`REVOKE ${quoteAccount(name)} FROM CURRENT_USER`)) === 0;
    if (!isAway) this.#note('role-administered', name);
  }

  #leaveEverybody({ name, grants }: Account): void {
    if (grants.length === 0) return;
    this.#note('everybody-left-alone', name, 0, [...new Set(grants.map(placeText))].join(', '));
  }

  /** 0, or the number that the server answered with; `denied` when a right is missing. */
  async #try(statement: string): Promise<number | 'denied'> {
    try {
      await this.#session.execute(statement, this.#signal);
      return 0;
    } catch (error) {
      const errno = serverErrno(error);
      if (errno === 0 || !this.#session.connection.isOpen) throw error;
      return toAppError(error).code === 'mysql.no-privilege' ? 'denied' : errno;
    }
  }

  /** Never the server's own words: they may quote a hash. */
  #note(id: string, name: AccountName, errno: number | 'denied' = 0, place = ''): void {
    const on = place === '' ? '' : ` · ${place}`;
    this.notes.push(`${id}: ${accountText(name)}${on}${errno === 0 ? '' : ` (${errno})`}`);
  }
}

/** The statement that takes back what `AccountMaker` made. */
export function dropStatement({ name }: Account): string {
  return `DROP ${name.host === null ? 'ROLE' : 'USER'} ${quoteAccount(name)}`;
}

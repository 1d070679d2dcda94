import { AppError } from '../../../../shared/errors/app-error.ts';
import type { ListPage } from './s3-pages.ts';

/** A repository of 20 GB has ten thousand objects; an hour of names is no repository. */
const mostKeys = 10_000_000;
/** Listings are in order, so that each page goes on from the last. Some services are said to be careless about it. */
const mostPagesWithoutProgress = 1000;

/**
 * Says when a listing cannot be meant: a service that sends the same page with a new token for ever, empty pages for ever, or names for
 * ever would hold the engine, or fill its memory. Error: `backend.rejected` with reason `list-loop` or `list-endless`.
 */
export class ListPatience {
  #keys = 0;
  #stuckPages = 0;
  #last = '';

  /** Call with each page that is not the last. */
  take({ keys }: ListPage): void {
    this.#keys += keys.length;
    if (this.#keys > mostKeys) throw new AppError('backend.rejected', { reason: 'list-endless' });
    const before = this.#last;
    for (const { key } of keys) if (key > this.#last) this.#last = key;
    this.#stuckPages = this.#last === before ? this.#stuckPages + 1 : 0;
    if (this.#stuckPages > mostPagesWithoutProgress) throw new AppError('backend.rejected', { reason: 'list-loop' });
  }
}

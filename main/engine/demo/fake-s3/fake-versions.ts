import { S3Fault, tag, xmlAnswer, type Answer } from './fake-s3-answers.ts';

interface FakeVersion {
  readonly id: string;
  readonly isMarker: boolean;
  readonly madeAtMs: number;
  /** Milliseconds since the Unix epoch; 0: no lock. Only COMPLIANCE is imitated. */
  untilMs: number;
}

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Versions and object locks of a fake bucket, as far as a store meets them (Amazon S3 User Guide, "Using S3 Object Lock"): a plain DELETE
 * hides the object behind a marker, a version under lock cannot be removed, a lock can be extended and not shortened, and a request that
 * locks must carry a hash of its body. The bytes of the current version are in `FakeObjects`; older ones are only remembered.
 */
export class FakeVersions {
  readonly #isOn: boolean;
  readonly #byObject = new Map<string, FakeVersion[]>();
  #next = 1;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  /** Oldest first. */
  of(bucket: string, key: string): readonly FakeVersion[] {
    return this.#byObject.get(`${bucket}/${key}`) ?? [];
  }

  /** Every version and marker that is still there, under `<bucket>/<key>`. */
  all(): (FakeVersion & { readonly name: string })[] {
    return [...this.#byObject].flatMap(([name, versions]) => versions.map((version) => ({ name, ...version })));
  }

  /** When the current version's lock ends; 0: no lock. */
  lockEnd(bucket: string, key: string): number {
    return this.of(bucket, key).at(-1)?.untilMs ?? 0;
  }

  /** Writes down a PUT; gives the headers of its answer. */
  add(bucket: string, key: string, headers: Headers, nowMs: number, forgetsLocks: boolean): Record<string, string> {
    const wish = headers['x-amz-object-lock-mode'];
    if (!this.#isOn) {
      if (wish !== undefined)
        throw new S3Fault(400, 'InvalidRequest', {}, 'Bucket is missing Object Lock Configuration');
      return {};
    }
    const untilMs = wish === undefined ? 0 : this.#checkedWish(headers, nowMs);
    const version: FakeVersion = {
      id: this.#newId(),
      isMarker: false,
      madeAtMs: nowMs,
      untilMs: forgetsLocks ? 0 : untilMs,
    };
    this.#byObject.set(`${bucket}/${key}`, [...this.of(bucket, key), version]);
    return { 'x-amz-version-id': version.id };
  }

  /** A plain DELETE. */
  bury(bucket: string, key: string, nowMs: number): Record<string, string> {
    if (!this.#isOn) return {};
    const marker: FakeVersion = { id: this.#newId(), isMarker: true, madeAtMs: nowMs, untilMs: 0 };
    this.#byObject.set(`${bucket}/${key}`, [...this.of(bucket, key), marker]);
    return { 'x-amz-version-id': marker.id, 'x-amz-delete-marker': 'true' };
  }

  /** A DELETE of one version; gives whether it was the current object. */
  remove(bucket: string, key: string, id: string, nowMs: number): boolean {
    this.#requireOn();
    const all = this.of(bucket, key);
    const version = all.find((each) => each.id === id);
    if (version !== undefined && version.untilMs > nowMs) throw new S3Fault(403, 'AccessDenied');
    this.#byObject.set(
      `${bucket}/${key}`,
      all.filter((each) => each.id !== id),
    );
    return version !== undefined && !version.isMarker && all.at(-1) === version;
  }

  retain(bucket: string, key: string, headers: Headers, xml: string, nowMs: number): void {
    this.#requireOn();
    this.#requireHash(headers);
    const current = this.of(bucket, key).at(-1);
    const untilMs = Date.parse(/<RetainUntilDate>([^<]+)</.exec(xml)?.[1] ?? '');
    if (current === undefined || Number.isNaN(untilMs)) throw new S3Fault(400, 'MalformedXML');
    if (untilMs < nowMs) throw new S3Fault(400, 'InvalidArgument');
    if (untilMs < current.untilMs) throw new S3Fault(403, 'AccessDenied');
    current.untilMs = untilMs;
  }

  headersOf(bucket: string, key: string): Record<string, string> {
    const current = this.of(bucket, key).at(-1);
    if (current === undefined) return {};
    if (current.untilMs === 0) return { 'x-amz-version-id': current.id };
    return {
      'x-amz-version-id': current.id,
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'x-amz-object-lock-retain-until-date': new Date(current.untilMs).toISOString(),
    };
  }

  retentionAnswer(bucket: string, key: string): Answer {
    this.#requireOn();
    const untilMs = this.lockEnd(bucket, key);
    if (untilMs === 0) throw new S3Fault(404, 'NoSuchObjectLockConfiguration');
    const until = tag('RetainUntilDate', new Date(untilMs).toISOString());
    return xmlAnswer(`<Retention>${tag('Mode', 'COMPLIANCE')}${until}</Retention>`);
  }

  versioningAnswer(): Answer {
    const status = this.#isOn ? tag('Status', 'Enabled') : '';
    return xmlAnswer(`<VersioningConfiguration>${status}</VersioningConfiguration>`);
  }

  lockConfigurationAnswer(): Answer {
    if (!this.#isOn) throw new S3Fault(404, 'ObjectLockConfigurationNotFoundError');
    return xmlAnswer(`<ObjectLockConfiguration>${tag('ObjectLockEnabled', 'Enabled')}</ObjectLockConfiguration>`);
  }

  listAnswer(bucket: string, prefix: string): Answer {
    this.#requireOn();
    const rows = [...this.#byObject].flatMap(([name, versions]) => {
      const key = name.slice(bucket.length + 1);
      if (!name.startsWith(`${bucket}/`) || !key.startsWith(prefix)) return [];
      return versions.map(({ id, isMarker, madeAtMs }) => {
        const row = tag('Key', key) + tag('VersionId', id) + tag('LastModified', new Date(madeAtMs).toISOString());
        return isMarker ? `<DeleteMarker>${row}</DeleteMarker>` : `<Version>${row}</Version>`;
      });
    });
    return xmlAnswer(`<ListVersionsResult>${tag('IsTruncated', 'false')}${rows.join('')}</ListVersionsResult>`);
  }

  #checkedWish(headers: Headers, nowMs: number): number {
    this.#requireHash(headers);
    const untilMs = Date.parse(headers['x-amz-object-lock-retain-until-date'] ?? '');
    if (Number.isNaN(untilMs) || untilMs < nowMs) throw new S3Fault(400, 'InvalidArgument');
    return untilMs;
  }

  #requireHash(headers: Headers): void {
    if (headers['content-md5'] !== undefined || headers['x-amz-checksum-crc32'] !== undefined) return;
    throw new S3Fault(400, 'InvalidRequest', {}, 'Content-MD5 OR x-amz-checksum- HTTP header is required');
  }

  #requireOn(): void {
    if (!this.#isOn) throw new S3Fault(501, 'NotImplemented');
  }

  #newId(): string {
    return `v${String(this.#next++).padStart(6, '0')}`;
  }
}

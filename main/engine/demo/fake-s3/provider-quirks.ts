import type { CloudProviderId } from '../../../../shared/model/cloud-providers.ts';
import type { FakeS3Quirks } from './fake-s3-options.ts';

/**
 * What each cloud refuses or does in its own way, as far as anybody has written it down. A store that passes against the fake of a cloud
 * makes none of the requests that are known to fail there; it does not prove that the cloud itself agrees.
 *
 * Where nothing is known the harder case is taken: a condition that is ignored in silence, an ETag that is no MD5.
 */
export const providerQuirks: Readonly<Record<CloudProviderId, FakeS3Quirks>> = {
  'aliyun-oss': {
    // restic#2528, rustfs/cli#150.
    pathStyle: {
      status: 403,
      code: 'SecondLevelDomainForbidden',
      message: 'Please use virtual hosted style to access.',
    },
    // OSS error 0017-00000804.
    awsChunked: {
      status: 400,
      code: 'InvalidArgument',
      message: 'aws-chunked encoding is not supported with the specified x-amz-content-sha256 value. EC 0017-00000804',
    },
    // The S3 operations OSS lists know no If-None-Match; x-oss-forbid-overwrite is its own.
    ifNoneMatch: 'ignored',
    // No versioning and no lock in the list of S3 operations.
    unknownHeaders: /^x-amz-(object-lock|sdk-checksum|checksum)-/,
  },
  'tencent-cos': {
    // blinko#443.
    pathStyle: { status: 403, code: 'PathStyleDomainForbidden' },
    // multica-ai/multica#6261.
    awsChunked: {
      status: 501,
      code: 'NotImplemented',
      message: 'Aws MultiChunkedEncoding STREAMING-UNSIGNED-PAYLOAD-TRAILER is not supported.',
    },
    ifNoneMatch: 'ignored',
    // rclone lists in the old way here.
    noListV2: true,
    // Names end in the account's APPID.
    bucketNames: /-\d{6,}$/,
    unknownHeaders: /^x-amz-object-lock-/,
  },
  'huawei-obs': {
    // WeKnora#3269, rancher#973: a path-style PUT is a missing key, though HEAD of the bucket holds.
    pathStyle: { status: 404, code: 'NoSuchKey' },
    // terraform-provider-huaweicloud#7021, peerdb#2602: CRC32 or a trailer ends so.
    awsChunked: { status: 400, code: 'XAmzContentSHA256Mismatch' },
    checksumHeaders: { status: 400, code: 'XAmzContentSHA256Mismatch' },
    ifNoneMatch: 'ignored',
    // On a parallel file system (rclone's reason for list v1).
    endlessListV2: true,
    unknownHeaders: /^x-amz-object-lock-/,
  },
  'backblaze-b2': {
    // pingvin-share#798, home-assistant#143995, cyberduck#15841, xen-orchestra#8358.
    checksumHeaders: {
      status: 400,
      code: 'InvalidArgument',
      message: 'Unsupported header received for this API call: x-amz-checksum-crc32',
    },
    awsChunked: {
      status: 400,
      code: 'InvalidArgument',
      message: 'Unsupported header: STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    },
    ifNoneMatch: 'ignored',
    checksRegion: true,
    unknownHeaders: /^x-amz-(tagging|acl|storage-class|server-side-encryption-aws)/,
  },
  'cloudflare-r2': {
    // aws-sdk-js-v3#6810, the first week of January 2025.
    checksumHeaders: {
      status: 501,
      code: 'NotImplemented',
      message: "Header 'x-amz-checksum-crc32' with value 'x' not implemented",
    },
    awsChunked: { status: 501, code: 'NotImplemented', message: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER not implemented' },
    ifNoneMatch: 'honoured',
    checksRegion: true,
    unknownHeaders: /^x-amz-(tagging|acl|object-lock-|server-side-encryption-aws|expected-bucket-owner)/,
  },
  wasabi: { ifNoneMatch: 'ignored', checksRegion: true },
  'qiniu-kodo': {
    // rclone: the ETag is Qiniu's own hash.
    opaqueEtags: true,
    ifNoneMatch: 'ignored',
    checksumHeaders: { status: 400, code: 'InvalidArgument', message: 'x-amz-checksum-crc32 is not supported' },
  },
  'ucloud-us3': {
    // UCloudDoc-Team/ufile, s3_introduction: the server does not compare Content-MD5, and ETags are its own.
    ignoresMd5: true,
    opaqueEtags: true,
    ifNoneMatch: 'ignored',
    noListV2: true,
    unknownHeaders: /^x-amz-(tagging|object-lock-|version)/,
  },
  'aws-s3': { checksRegion: true },
  // minio#19442: older builds answer 304.
  minio: { ifNoneMatch: 'not-modified' },
  // contentkit v0.58.1: gateways before 20 overwrite in silence.
  'ceph-rgw': { ifNoneMatch: 'ignored' },
  custom: {},
};

import type { CloudProviderId } from '../model/cloud-providers.ts';

/** Switching on protection against deletion in each cloud's console, step by step. Names of menus may differ a little. November 2026. */
export const lockGuideEn: Record<CloudProviderId, readonly string[]> = {
  'aliyun-oss': [
    'Open the bucket that holds nothing but backups in the Alibaba Cloud OSS console.',
    'Under “Data Security”, “Retention Policies (WORM)”, create a policy with the days to keep (30 is a good start).',
    'Press “Lock” within 24 hours, else it lapses. After that nobody can shorten or end it, so think about the days first.',
    'From then on no file can be changed or deleted for so many days from its upload, so use a bucket of its own. Backups are written all the same; a new passphrase or a revoked sheet takes effect there only when the header’s time is over.',
    'That time is never extended: an older file may be deleted again although new backups still rely on it. For protection without a gap, enter more days than you mean to keep backups.',
  ],
  'tencent-cos': [
    'Open the bucket that holds nothing but backups in the Tencent Cloud COS console.',
    'Switch on “Versioning” under “Fault Tolerance and Disaster Recovery”.',
    'Find “Object Lock” under “Security Management”, switch it on and enter the days to keep (30 is a good start). It cannot be switched off, and days can only be added.',
    'Add a lifecycle rule that deletes old versions after 60 days, so that they do not cost money for ever.',
    'Its time runs from each upload and is never extended; for protection without a gap, enter more days than you mean to keep backups.',
  ],
  'huawei-obs': [
    'Make a new bucket in the Huawei Cloud OBS console with “WORM” switched on (versioning comes with it and stays on).',
    'Open it and enter the days to keep under “Data Security”, “WORM retention” (30 is a good start).',
    'Add a lifecycle rule that deletes old versions after 60 days, so that they do not cost money for ever.',
    'Its time runs from each upload and is never extended; for protection without a gap, enter more days than you mean to keep backups.',
    'Come back and add the new bucket without days of lock.',
  ],
  'cloudflare-r2': [
    'Open R2 in the Cloudflare dashboard and choose the bucket that holds nothing but backups.',
    'Find “Bucket lock rules” under “Settings” and press “Add rule”.',
    'Enter “your folder prefix/chunks/” as prefix and the days to keep; add the same rule for “manifests/”. Its time runs from each upload and is never extended, so enter more days than you mean to keep backups.',
    'Add one more rule for “your folder prefix/shouhu.json” and keep it “Indefinitely”: without that file nobody can open the backups. Take this rule away for a moment when you change a passphrase.',
    'Save. Whoever can log in to the dashboard can delete the rules, so protect that login with a second factor.',
  ],
  'aws-s3': [
    'Press “Create bucket” in the AWS S3 console and choose the region.',
    'Under “Advanced settings” set “Object Lock” to “Enable” (versioning comes with it). No default retention is needed: the program locks each object itself.',
    'Add a lifecycle rule that deletes noncurrent versions after 30 days.',
    'Give the sub-account PutObjectRetention, GetObjectRetention and GetBucketObjectLockConfiguration, come back and add the new bucket.',
  ],
  'backblaze-b2': [
    'Press “Create a Bucket” in the Backblaze console and set “Object Lock” to “Enable”.',
    'Leave the default retention at “None”: the program locks each object itself.',
    'Choose “Keep only the last version of the file” in “Lifecycle Settings”, so that old versions do not cost money for ever.',
    'Make an application key for this bucket only (read and write), come back and add the new bucket.',
  ],
  wasabi: [
    'Press “Create Bucket” in the Wasabi console and switch on “Bucket Versioning” and “Object Lock”.',
    'No default retention is needed: the program locks each object itself.',
    'Come back and add the new bucket.',
  ],
  minio: [
    'Press “Create Bucket” in the MinIO console and switch on “Object Locking” (versioning comes with it).',
    'No default retention is needed: the program locks each object itself.',
    'Come back and add the new bucket.',
  ],
  'ceph-rgw': [
    'Have the administrator make a bucket with a client that knows object lock, such as: aws s3api create-bucket --object-lock-enabled-for-bucket.',
    'No default retention is needed: the program locks each object itself.',
    'Come back and add the new bucket.',
  ],
  'qiniu-kodo': ['Qiniu has not published object lock for S3: please ask their support, or add a cloud that has it.'],
  'ucloud-us3': [],
  custom: [
    'Make a bucket in the service’s console with “Object Lock” switched on.',
    'No default retention is needed: the program locks each object itself.',
    'Come back and add the new bucket.',
  ],
};

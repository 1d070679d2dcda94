import type { CloudCause } from '../errors/cloud-causes.ts';
import type { ErrorText } from './error-text.ts';

/** Why a cloud said no: what happened, what it means for the data, what to do next. */
export const cloudCausesEn: Record<CloudCause, ErrorText> = {
  'key-unknown': {
    message: 'The cloud does not know this access key. The backups there were not changed.',
    remedy: 'Copy the whole access key again, without spaces around it; make a new one if it was disabled or deleted.',
  },
  'secret-wrong': {
    message: 'The secret key does not fit the access key, or the region is wrong. The backups there were not changed.',
    remedy: 'Copy the secret key again, without spaces around it, and check that the region is the one of the bucket.',
  },
  'token-expired': {
    message: 'These are temporary keys, and they have expired. The backups there were not changed.',
    remedy: 'Please use the long-lived access key of a sub-account: backups run at night on their own.',
  },
  clock: {
    message: 'The clock of this computer is more than 15 minutes off, so requests are refused. No backup was changed.',
    remedy: 'Switch on “Set time automatically” in the system settings and try again.',
  },
  'clock-ahead': {
    message: 'The clock of this computer is {{minutes}} minutes ahead of the cloud. No backup was written.',
    remedy: 'Switch on “Set time automatically” in the system settings and try again.',
  },
  'clock-behind': {
    message: 'The clock of this computer is {{minutes}} minutes behind the cloud. No backup was written.',
    remedy: 'Switch on “Set time automatically” in the system settings and try again.',
  },
  'no-right': {
    message:
      'These keys may not do this, or the object is locked against deletion. The backups there were not changed.',
    remedy: 'Give them the rights to read, write, list and delete in this bucket and try again.',
  },
  'no-right-put': {
    message: 'These keys may not write to this bucket. Nothing was written.',
    remedy: 'Give the sub-account the right to write objects (PutObject) and try again.',
  },
  'no-right-get': {
    message: 'These keys may write but not read. A backup that cannot be read back is none, so it was not taken.',
    remedy: 'Give the sub-account the right to read objects (GetObject) and try again.',
  },
  'no-right-list': {
    message: 'These keys may read and write but not list. The timeline could not be found again, so it was not taken.',
    remedy: 'Give the sub-account the right to list objects (ListBucket) and try again.',
  },
  'no-right-remove': {
    message: 'These keys may not delete, so old backups could never be cleared. A small test file stays under probe/.',
    remedy:
      'Give the sub-account the right to delete objects (DeleteObject); to keep others from deleting, use the lock.',
  },
  'read-only-key': {
    message: 'These keys may look but not write. Nothing there was changed.',
    remedy: 'Use keys that may read and write this bucket, or give these the rights to write and delete.',
  },
  'foreign-bucket': {
    message:
      'These keys have no right at all in this bucket; it may well belong to another account. Nothing was changed.',
    remedy: 'Check the bucket’s name and the account; if it is yours, give the sub-account its rights.',
  },
  's3-not-enabled': {
    message: 'S3 access is not enabled for this Alibaba Cloud account. Nothing was written.',
    remedy: 'Please ask Alibaba Cloud support to enable S3-compatible access, and try again.',
  },
  'address-style': {
    message: 'This cloud wants the bucket’s name in the host and refused the address. Nothing was written.',
    remedy:
      'Choose the right provider and leave the endpoint empty; in an endpoint of your own, leave the bucket’s name out.',
  },
  'own-domain-needed': {
    message:
      'Alibaba Cloud refuses its default address: users who joined after 20 March 2025 need a domain of their own for buckets in mainland China. Nothing was written.',
    remedy:
      'Bind a domain with an ICP filing to the bucket in the OSS console and enter it as custom domain, or use a bucket in Hong Kong or abroad.',
  },
  'upload-style': {
    message: 'This cloud does not take this kind of upload. Nothing incomplete was written.',
    remedy: 'Choose the right provider (not “Other”), so that the program speaks as it wants, and try again.',
  },
  'bucket-missing': {
    message: 'There is no such bucket, or it is not in this region. Nothing was written.',
    remedy: 'Check its name and region, or make it in the console first. Names at Tencent Cloud end in a number.',
  },
  'bucket-name': {
    message: 'The cloud does not accept this bucket name. Nothing was written.',
    remedy: 'Copy it from the console; Tencent Cloud’s end in a number, and Qiniu wants the “S3 bucket name”.',
  },
  'bucket-taken': {
    message: 'Someone else has a bucket of this name. Nothing was changed.',
    remedy: 'Make one under another name in the console and enter that.',
  },
  'bucket-owned': {
    message: 'This bucket is yours already and need not be made. Nothing was changed.',
    remedy: 'Just use it.',
  },
  'wrong-region': {
    message: 'The bucket is not in this region. Nothing was written.',
    remedy: 'See in the console which region it is in, enter that and try again.',
  },
  'wrong-region-named': {
    message: 'The bucket is not in this region, it is in {{rightRegion}}. Nothing was written.',
    remedy: 'Change the region to {{rightRegion}} and try again.',
  },
  'object-exists': {
    message: 'There is an object of this name already, and it was not overwritten.',
    remedy: 'Nothing to do: the program compares its content.',
  },
  locked: {
    message: 'This object is still locked against deletion. The backups there are sound.',
    remedy: 'Nothing to do: a later clean-up removes it once the lock has ended.',
  },
  archived: {
    message: 'The data is in an archive class and must be restored there before it can be read. It is not lost.',
    remedy: 'Restore these objects in the console (minutes to hours), try again, and end the rule that archives them.',
  },
  thawing: {
    message: 'The archived data is being restored by the cloud and is not ready yet. It is not lost.',
    remedy: 'Please try again later; asking for it twice does not help.',
  },
  busy: {
    message: 'The cloud is busy, so this copy is not up to date for now. Backups elsewhere are not affected.',
    remedy: 'The program has tried several times; come back in a few minutes. What was sent need not be sent again.',
  },
  quota: {
    message: 'The bucket has no space left, so not all was stored. Earlier backups are sound.',
    remedy: 'Raise the limit in the console or clear what is not needed, and run it again.',
  },
  'cap-reached': {
    message: 'The account’s usage cap is reached and the cloud takes no more requests. Earlier backups are sound.',
    remedy: 'Raise the daily caps under Caps & Alerts in the Backblaze console and try again.',
  },
  account: {
    message:
      'This cloud account cannot be used now (unpaid, not activated or disabled). The backups are still there, but act soon.',
    remedy: 'Look for unpaid bills or notices in the cloud’s console, settle them and try again.',
  },
  lockout: {
    message: 'Wrong keys were used too often and the cloud has locked the login for a while. No backup was changed.',
    remedy: 'Wait 5 minutes, check the keys and try again.',
  },
  'region-lacks': {
    message: 'This region or this kind of bucket does not support the operation. Nothing was changed.',
    remedy: 'Make an ordinary bucket (no parallel file system) in another region and try again.',
  },
  'part-size': {
    message: 'The size of the parts sent is against the cloud’s rules. Nothing incomplete was written.',
    remedy: 'This is a fault of the program: please send us the log.',
  },
  'too-large': {
    message: 'The object is larger than this cloud takes at once and was not written.',
    remedy:
      'Send this backup to a disk or to a cloud that takes more at once; without this object it is not complete here.',
  },
  'damaged-on-the-way': {
    message: 'The data was damaged on the way and the cloud did not take it. The backups there were not changed.',
    remedy: 'Try again; if it happens often, use another network or switch off the proxy.',
  },
  'answers-wrong': {
    message: 'This place does not tell the truth: its answer is not what was just written, so it was not taken.',
    remedy: 'Use another bucket or another cloud; if there is a cache or a gateway between, go around it.',
  },
  'list-loop': {
    message: 'The cloud gave the same page of its list again and again. The listing was stopped.',
    remedy: 'At Huawei Cloud use an ordinary bucket, no parallel file system, and try again.',
  },
  'host-unknown': {
    message:
      'The host of the address cannot be found, so this copy is not up to date for now. Other backups are not affected.',
    remedy: 'Check the network, the region and the address, and try again.',
  },
  'nobody-listens': {
    message:
      'No service answers at this address, so this copy is not up to date for now. Other backups are not affected.',
    remedy: 'Check address and port; for a store of your own, see whether it is running.',
  },
  'network-cut': {
    message:
      'The connection to the cloud broke, so this copy is not up to date for now. Other backups are not affected.',
    remedy: 'Check the network and try again later; what was sent need not be sent again.',
  },
  'too-slow': {
    message:
      'The cloud did not answer for too long, so this copy is not up to date for now. Other backups are not affected.',
    remedy: 'Check the network and try again later; what was sent need not be sent again.',
  },
  'certificate-expired': {
    message: 'The certificate there has expired, so no connection was made. No data was sent.',
    remedy: 'Renew the certificate of your own store or domain, and check the date of this computer.',
  },
  'certificate-untrusted': {
    message: 'The certificate there is not trusted; a company proxy or virus scanner may be between. No data was sent.',
    remedy: 'Use a network without a proxy; for a store of your own, use a proper certificate.',
  },
  'certificate-name': {
    message: 'The certificate is for another name than the address, so no connection was made. No data was sent.',
    remedy:
      'Upload a certificate for your custom domain in the cloud’s console; avoid buckets with a dot in their name.',
  },
  'not-s3': {
    message: 'The answer there cannot be understood; it may be no S3 service. Nothing was written.',
    remedy: 'Check address and port, and http against https, and try again.',
  },
  'lock-off': {
    message: 'Object lock is not switched on for this bucket, so nothing can be locked. No backup was changed.',
    remedy:
      'It can mostly be switched on only when a bucket is made: make a new one with the steps below and add that.',
  },
  'lock-ignored': {
    message: 'The cloud took the wish to lock but locked nothing, so it is not treated as locked.',
    remedy: 'Add it without a lock, or set the protection in the provider’s console.',
  },
  'lock-destroys': {
    message:
      'Extending a lock made this service lose the content of a test file. No real backup was touched and no lock was set.',
    remedy: 'Add this copy without a lock, or use another cloud.',
  },
  'lock-console-only': {
    message:
      'At this cloud, protection against deletion can be switched on only in its own console. No backup was changed.',
    remedy: 'Switch it on there with the steps below, then add this copy without days of lock.',
  },
  'lock-none': {
    message: 'This cloud has no protection against deletion. No backup was changed.',
    remedy:
      'Add it without days of lock; for protection add a cloud that has it, or a USB disk that is kept unplugged.',
  },
  'lock-no-right': {
    message: 'These keys may not set a lock, so nothing was locked. No backup was changed.',
    remedy: 'Give them PutObjectRetention and GetObjectRetention (not BypassGovernanceRetention) and try again.',
  },
};

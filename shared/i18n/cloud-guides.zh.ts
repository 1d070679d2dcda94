import type { CloudProviderId } from '../model/cloud-providers.ts';

/** 在各家云的控制台里打开防删除保护，一步一步。菜单的名字可能略有不同。资料来自各家文档，2026 年 11 月。 */
export const lockGuideZh: Record<CloudProviderId, readonly string[]> = {
  'aliyun-oss': [
    '登录阿里云 OSS 控制台，点开只放备份的那个存储桶。',
    '左边菜单选“数据安全”里的“保留策略（WORM）”，点“新建策略”，填保留天数（建议 30 天）。',
    '新建以后 24 小时内点“锁定”，不锁定会自动失效；锁定后谁也不能缩短或取消，请先想好天数。',
    '这个桶里的所有文件在保留期内都不能改、不能删，包括程序的登记文件，所以请用一个单独的桶，并先在程序里添加、备份一次再锁定。',
  ],
  'tencent-cos': [
    '登录腾讯云 COS 控制台，点开只放备份的那个存储桶。',
    '先在“容错容灾管理”里打开“版本控制”。',
    '再到“安全管理”里找“对象锁定”，打开并填默认的保留天数（建议 30 天）。打开后不能关闭，天数只能加长。',
    '在“生命周期”里加一条规则：历史版本 60 天后删除，免得旧版本一直收费。',
  ],
  'huawei-obs': [
    '登录华为云 OBS 控制台，新建一个桶，建桶时打开“WORM 策略”（会同时打开多版本控制，建好以后不能关）。',
    '点开这个桶，在“数据安全”里的“WORM 保留策略”填默认保留天数（建议 30 天）。',
    '在“生命周期规则”里加一条：历史版本对象 60 天后删除，免得旧版本一直收费。',
    '回到这里添加这个新桶，锁定天数不填。',
  ],
  'cloudflare-r2': [
    '登录 Cloudflare 控制台，打开 R2，点开只放备份的那个存储桶。',
    '在“Settings”里找“Bucket lock rules”，点“Add rule”。',
    '前缀填“你的目录前缀/chunks/”，保留时间填天数（建议 30 天）；再为“manifests/”加一条同样的规则。',
    '保存。规则以后可以由控制台的管理员删除，所以控制台的登录请打开两步验证。',
  ],
  'aws-s3': [
    '登录 AWS S3 控制台，点“创建存储桶”，地域按需要选。',
    '在“高级设置”里把“对象锁定”选为“启用”（会同时打开版本控制）。默认保留期不用设，程序会给每个对象单独上锁。',
    '在“管理”里加一条生命周期规则：非当前版本 30 天后永久删除。',
    '给子账号 PutObjectRetention、GetObjectRetention、GetBucketObjectLockConfiguration 权限，回到这里添加这个新桶。',
  ],
  'backblaze-b2': [
    '登录 Backblaze 控制台，点“Create a Bucket”，把“Object Lock”选为“Enable”。',
    '默认保留期选“None”，程序会给每个对象单独上锁。',
    '在“Lifecycle Settings”里选“Keep only the last version of the file”，免得旧版本一直收费。',
    '新建一个只用于这个桶的 Application Key（读写），回到这里添加这个新桶。',
  ],
  wasabi: [
    '登录 Wasabi 控制台，点“Create Bucket”，打开“Bucket Versioning”和“Object Lock”。',
    '默认保留期不用设，程序会给每个对象单独上锁。',
    '回到这里添加这个新桶。',
  ],
  minio: [
    '打开 MinIO 控制台，点“Create Bucket”，打开“Object Locking”（会同时打开版本控制）。',
    '默认保留期不用设，程序会给每个对象单独上锁。',
    '回到这里添加这个新桶。',
  ],
  'ceph-rgw': [
    '请管理员用支持对象锁定的客户端新建一个桶，例如：aws s3api create-bucket --object-lock-enabled-for-bucket。',
    '默认保留期不用设，程序会给每个对象单独上锁。',
    '回到这里添加这个新桶。',
  ],
  'qiniu-kodo': ['七牛没有公开 S3 方式的对象锁定；请问问七牛的客服，或者另加一处支持的云。'],
  'ucloud-us3': [],
  custom: [
    '在这家服务的控制台新建一个桶，建桶时打开“对象锁定（Object Lock）”。',
    '默认保留期不用设，程序会给每个对象单独上锁。',
    '回到这里添加这个新桶。',
  ],
};

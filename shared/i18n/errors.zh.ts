import type { ErrorCode } from '../errors/app-error.ts';
import type { ErrorText } from './error-text.ts';
import { connectionErrorsZh } from './errors-connections.zh.ts';
import { coverageErrorsZh } from './errors-coverage.zh.ts';
import { diskErrorsZh } from './errors-disks.zh.ts';
import { filesErrorsZh } from './errors-files.zh.ts';
import { redisErrorsZh } from './errors-redis.zh.ts';
import { streamErrorsZh } from './errors-stream.zh.ts';
import { swapErrorsZh } from './errors-swap.zh.ts';

/** 每一种错误的说法：出了什么事、数据怎么样、接下来做什么。 */
export const errorsZh: Record<ErrorCode, ErrorText> = {
  ...connectionErrorsZh,
  ...coverageErrorsZh,
  ...diskErrorsZh,
  ...filesErrorsZh,
  ...redisErrorsZh,
  ...streamErrorsZh,
  ...swapErrorsZh,
  cancelled: {
    message: '已按你的要求停下。已经存好的备份都没有动。',
    remedy: '需要时重新运行即可，已经写好的数据块不用再传一次。',
  },
  unexpected: {
    message: '程序遇到了没有预料到的问题，这次操作没有完成。已有的备份没有被改动。',
    remedy: '请再试一次；如果还是这样，把日志发给我们。',
  },
  'feature.not-yet': {
    message: '这个版本还没有“{{feature}}”这项功能，什么都没有改动。',
    remedy: '请看更新日志，等它出现在新版本里。',
  },
  'usage.bad-argument': {
    message: '命令里的“{{argument}}”用得不对，什么都没有执行。',
    remedy: '在这条命令后面加上 --help，可以看到正确的写法。',
  },
  'usage.secret-missing': {
    message: '需要“{{what}}”才能继续，但没有拿到。什么都没有改动。',
    remedy: '用对应的 --…-env 指定环境变量，或用 --…-file 指定文件；在终端里运行时会直接询问。',
  },
  'usage.secret-file-mode': {
    message: '存放密码的文件“{{path}}”别的用户也能读，所以没有使用它。',
    remedy: '先运行 chmod 600 收紧权限，再试一次；如果别人可能看过，请换掉里面的密码。',
  },
  'ipc.untrusted-sender': {
    message: '一个不属于本程序的页面发来了请求，已经拒绝。数据没有被碰到。',
    remedy: '请重新启动程序；如果反复出现，把日志发给我们。',
  },
  'ipc.bad-input': {
    message: '程序内部传递的内容不符合约定，这次操作没有执行。数据没有改动。',
    remedy: '请再试一次；如果还是这样，把日志发给我们。',
  },
  'engine.stopped': {
    message: '后台引擎意外停止，正在进行的任务中断了。已经完成的备份不受影响。',
    remedy: '引擎会自己重新启动；随后把中断的任务再运行一次。',
  },
  'engine.missing-feature': {
    message: '这台电脑缺少运行所需的部件，任务没有开始。数据没有改动。',
    remedy: '运行 shouhu doctor，按照列出的办法补齐。',
  },
  'home.not-initialised': {
    message: '这台电脑上还没有建立钥匙，所以还不能备份或恢复。',
    remedy: '第一次使用请运行 shouhu init；如果已经有一份副本，请运行 shouhu recover。',
  },
  'home.already-initialised': {
    message: '这里已经建立过钥匙，没有再建一套，原来的钥匙和备份都没有动。',
    remedy: '直接使用即可；想另外建一套，请用 --home 指定一个新文件夹。',
  },
  'home.damaged': {
    message: '本机的资料文件损坏了。备份保存在各个副本里，不受影响。',
    remedy: '换一个空的 --home 文件夹，用 shouhu recover 从任意一份副本找回全部时间线。',
  },
  'home.in-use': {
    message: '另一个守护程序正在使用同一份资料，这次没有开始。数据没有改动。',
    remedy: '等它结束，或关掉另一个窗口，再试一次。',
  },
  'keys.wrong-passphrase': {
    message: '口令不对，没有打开。备份都还在，没有改动。',
    remedy: '检查大小写和输入法后再试；如果想不起来，用恢复卡上的 24 个词。',
  },
  'keys.weak-passphrase': {
    message: '这个口令太容易被猜到，没有采用。',
    remedy: '换一个更长的，例如四五个互不相干的词连在一起。',
  },
  'keys.unknown-word': {
    message: '第 {{position}} 个词不在词表里，钥匙没有打开。备份没有改动。',
    remedy: '对照恢复卡看清这个词，改正后再试。',
  },
  'keys.word-count': {
    message: '恢复词应该正好是 24 个，现在是 {{count}} 个。备份没有改动。',
    remedy: '按恢复卡上的编号从 1 到 24 补齐，再试一次。',
  },
  'keys.wrong-word': {
    message: '这 24 个词里有一个和其他的对不上，多半是写错或看错了一个。备份没有改动。',
    remedy: '逐个对照恢复卡，留意长得像的字和词的先后。',
  },
  'keys.wrong-words': {
    message: '这 24 个词本身没有写错，但它不是这个仓库的钥匙。备份没有改动。',
    remedy: '看恢复卡上的仓库编号是否一致，并确认拿的是主钥匙那张还是卡密保险库那张。',
  },
  'keys.vault-closed-early': {
    message:
      '卡密保险库在做完之前合上了（有人点了“马上合上”，或者一刻钟没有动静），所以这件事没有做完。已有的快照和店里的数据都没有动。',
    remedy: '需要的话再做一次，到时候重新打开保险库。',
  },
  'keys.vault-closed': {
    message: '卡密保险库没有打开，所以卡密这部分读不出来。其余数据不受影响。',
    remedy: '需要卡密时加上 --open-vault，并给出保险库口令。',
  },
  'keys.unknown-slot': {
    message: '没有编号是“{{slot}}”的开锁方式，什么都没有改动。',
    remedy: '看看现有的编号（命令行里运行 shouhu key list）；编号也印在每张恢复卡上。',
  },
  'keys.last-way-in': {
    message:
      '这是这把钥匙最后一个同类的开锁方式，没有作废它：作废以后，忘了口令或丢了纸就再也打不开备份了。什么都没有改动。',
    remedy: '恢复卡：先写一张新的，试过以后再作废旧的。口令不能作废，只能换成新的。',
  },
  'keys.too-many-slots': {
    message: '这把钥匙已经有 {{limit}} 个开锁方式，不能再加。什么都没有改动。',
    remedy: '先作废不再使用的恢复卡，再写新的。',
  },
  'keys.copy-behind': {
    message: '这张恢复卡没有问题，但副本“{{destination}}”还停留在它之前，认不得它。备份没有改动。',
    remedy:
      '对这份副本做一次测试或备份（shouhu destination test），它就会跟上；如果说是别的电脑改过，请换一份副本来试。',
  },
  'keys.cannot-stay': {
    message: '编号 {{slot}} 的卡密恢复卡没法直接沿用：这台电脑不知道它的公开编号，而它的持有人不在场。钥匙没有更换。',
    remedy:
      '请持有人拿着这张卡在这台电脑上试一次（shouhu kit rehearse --vault），之后就能沿用；或者不沿用，换好之后给他打印一张新的（shouhu key add-sheet --vault --for 姓名）。',
  },
  'keys.too-many-rotations': {
    message: '保险库的钥匙已经换过 {{limit}} 次，不能再换了。备份没有改动。',
    remedy: '新建一个仓库，从头备份；旧仓库留着，里面的快照照样能恢复。',
  },
  'keys.vault-rotated': {
    message: '这份副本上的保险库已经换了新钥匙，而现在用的还是旧的，所以什么也没有写。已有的备份没有改动。',
    remedy:
      '重新打开守护再试一次。如果钥匙是在另一台电脑上换的：在这台电脑上用新的恢复卡重新恢复一次（shouhu recover），再继续备份。',
  },
  'kit.nothing-to-open': {
    message: '能连上的副本里还没有可以打开的数据（卡密恢复卡需要含有卡密的快照），所以没法试。恢复卡本身没有用掉。',
    remedy: '先做一次备份（shouhu backup），再来试。',
  },
  'source.unknown': {
    message: '没有叫“{{name}}”的数据源，什么都没有执行。',
    remedy: '运行 shouhu source list 看看已有的名字。',
  },
  'source.exists': {
    message: '已经有一个叫“{{name}}”的数据源，原来的设置没有动。',
    remedy: '换一个名字，或先用 shouhu source remove 去掉旧的（已有的备份会保留）。',
  },
  'destination.unknown': {
    message: '没有叫“{{name}}”的目的地，什么都没有执行。',
    remedy: '运行 shouhu destination list 看看已有的名字；还没有的话先用 shouhu destination add 添加。',
  },
  'destination.none': {
    message: '还没有任何存放备份的地方，所以这次没有备份。店里的数据没有动过。',
    remedy: '先添加一个目的地（主硬盘、第二块盘、U 盘或云存储），再备份一次。',
  },
  'destination.exists': {
    message: '已经有一个叫“{{name}}”的目的地，原来的设置没有动。',
    remedy: '换一个名字，或先用 shouhu destination remove 去掉旧的（里面的备份会保留）。',
  },
  'snapshot.unknown': {
    message: '没有找到快照“{{snapshot}}”。别的快照都还在。',
    remedy: '运行 shouhu snapshots 看看有哪些，编号可以只写开头几位。',
  },
  'snapshot.pruned-meanwhile': {
    message:
      '正在读快照“{{snapshot}}”时，它在“{{destination}}”上被清理了（可能是另一台电脑）。没有数据损坏，别的快照都还在。',
    remedy: '换一个快照再试；如果别处还有它的副本，可以从那里读。',
  },
  'table.unknown': {
    message: '没有找到表“{{table}}”，或其中要用的列。已有的备份没有改动。',
    remedy: '核对表名和列名；快照里有哪些表，可以用 shouhu show 加快照编号查看，按“库.表”的写法再试。',
  },
  'repository.absent': {
    message: '这个位置没有守护的备份仓库，什么都没有改动。',
    remedy: '检查文件夹、存储桶或前缀是否写对；如果是 U 盘，看看是不是插错了盘。',
  },
  'repository.exists': {
    message: '这个位置已经有一个仓库，没有覆盖它，里面的备份完好。',
    remedy: '想找回里面的备份，请用 shouhu recover；想另建一个，请换一个空文件夹或前缀。',
  },
  'repository.foreign': {
    message: '这个位置的仓库属于另一套钥匙，没有往里面写任何东西。',
    remedy: '确认磁盘或存储桶没有弄混；要用那套备份，请换一个 --home 再运行 shouhu recover。',
  },
  'repository.newer-format': {
    message: '这个仓库是更新版本的守护写的，现在这个版本读不懂它。备份没有改动。',
    remedy: '先升级守护，再打开。',
  },
  'repository.header-damaged': {
    message: '仓库的开头文件 shouhu.json 损坏了，单凭这一份副本打不开。其他副本不受影响。',
    remedy: '从另一份副本恢复；再用它把这一份修好，原来的数据块先不要删除。',
  },
  'repository.damaged': {
    message: '这份副本里有读出来和写入时不一样的数据，不能再完全依靠它。',
    remedy: '运行 shouhu verify 并加上 --heal-from，用另一份完好的副本修好它。',
  },
  'repository.missing-object': {
    message: '这份副本里少了快照需要的数据，用它可能恢复不完整。',
    remedy: '运行 shouhu verify 并加上 --heal-from，用另一份完好的副本补齐它。',
  },
  'repository.vault-behind': {
    message: '这份副本还没有拿到保险库的新钥匙，往上写的卡密以后会打不开，所以这次没有写。已有的快照没有改动。',
    remedy:
      '看一看它为什么不让写（shouhu destination test）：可能是只读、被锁定，或者别的电脑改过它的钥匙文件（shouhu key list）。',
  },
  'repository.leased': {
    message: '另一台电脑或另一个任务正在使用这个仓库，这次没有开始。数据没有改动。',
    remedy: '等它结束再试；如果那台电脑已经关机，占用过一会儿会自己解除。',
  },
  'repository.lease-lost': {
    message:
      '做到一半停下了：电脑可能睡过去了一阵，或时间被改过，这期间别的电脑可能动过这份副本。为了不互相踩到，就停在这里；已经写好或清理好的没有问题，剩下的没有动。',
    remedy: '再运行一次，会接着做完；做事时请不要让电脑睡眠。',
  },
  'backup.already-running': {
    message: '这个数据源正在备份，没有同时再开一次。',
    remedy: '等正在进行的备份结束即可。',
  },
  'backup.rows-mismatch': {
    message: '取到的行数和服务器里的行数不一样，这次快照不算数。以前的快照不受影响。',
    remedy: '请再备份一次；如果还是不一样，先不要依靠新的备份，把日志发给我们。',
  },
  'backup.digest-mismatch': {
    message: '取到的内容和服务器算出的指纹不一样，这次快照不算数。以前的快照不受影响。',
    remedy: '请再备份一次；如果还是不一样，把日志发给我们。',
  },
  'backup.ledger-mismatch': {
    message: '备份里的金额合计和服务器上的合计对不上，这次快照不算数。以前的快照不受影响。',
    remedy: '请再备份一次；如果还是对不上，检查账目表的列和已付款状态设得对不对。',
  },
  'backup.implausibly-small': {
    message: '这次的数据比上一次少了很多，看起来不正常，所以没有当作好的备份。以前的快照都还在。',
    remedy: '先去网站看看订单和卡密是否还在；如果确实是自己清理的，七天后会把新的大小当作正常。',
  },
  'backup.ledger-missing': {
    message: '数据已经存好，但有账目的表或列在数据库里找不到，金额没有核对，所以不能算好的备份。',
    remedy: '看看这张表是不是被删掉或改名了；如果是自己改的，重新添加这家店，设好账目。',
  },
  'backup.breakdown-mismatch': {
    message:
      '数据都保存下来了，总数也对；但按状态、日期、商品分开算，或清点库存时，备份里的（{{different}}）和服务器算的不一样，所以不能算好的备份。',
    remedy: '请再备份一次；如果还是不一样，请把这句话和数据库的版本告诉我们：数据不会丢，但分项的数字先不要用。',
  },
  'backup.ledger-unreadable': {
    message: '数据都保存下来了，但账目（{{ledger}}）里有不是数字的金额，没法合计核对，所以不能算好的备份。',
    remedy: '请在网站后台找到并改正账目里写成文字或空着的金额；如果账目的列设错了，请用正确的列重新添加数据源。',
  },
  'backup.secret-missing': {
    message: '数据已经存好，但有设为卡密的列在数据库里找不到，它可能改了名、没有封进保险库，所以不能算好的备份。',
    remedy: '核对卡密列的名字；如果改了名，重新添加这家店并写上新的列名，再备份一次。',
  },
  'backup.tables-missing': {
    message: '数据已经存好，但上一次有数据的表现在不见了或空了，所以不能算好的备份。以前的快照都还在。',
    remedy: '先去网站看看是否正常；如果不是自己删的，用以前的快照恢复到旁边比对。',
  },
  'backup.tables-unisolated': {
    message: '数据已经存好，但有的表不支持事务，不能加锁或锁到了时间还没读完，备份期间可能有变化，所以不能算好的备份。',
    remedy: '把这些表改成 InnoDB，或给备份账号 LOCK TABLES 权限、换一个不忙的时间，再备份一次。',
  },
  'backup.tables-unreadable': {
    message: '这些表读不出来，没有存进这次的快照：{{tables}}。其他的都已存好，以前的快照也都在。',
    remedy:
      '没有权限的，给备份账号加上 SELECT 权限；损坏的，请服务商用 CHECK TABLE、REPAIR TABLE 检查修复，或从以前的快照恢复到旁边。然后再备份一次。',
  },
  'backup.tables-moved': {
    message: '这些表在备份期间被改动、清空或重建，重试后还是一样，没有存进这次的快照：{{tables}}。其他的都已存好。',
    remedy: '等升级或改表结束后，再备份一次；如果是定时任务在清空它们，换一个时间备份。',
  },
  'backup.objects-unreadable': {
    message:
      '能读到的数据都已存好，但服务器不肯显示这些视图、存储过程、触发器或事件，它们没有存进这次的快照：{{objects}}。写着“*”的，是这一类连名字都读不到。',
    remedy:
      '没有权限的，给备份账号加上（视图要 SHOW VIEW；存储过程和函数要 SHOW_ROUTINE，或对 mysql.proc 的 SELECT；触发器要 TRIGGER；事件要 EVENT）；损坏的，请人重建或删掉它。然后再备份一次。',
  },
  'backup.views-broken': {
    message: '数据已经存好，但有的视图在网站的数据库里已经不能用了：{{objects}}。它的定义也已存好，没有丢数据。',
    remedy: '多半是它用到的表或列被删了、改了名：改好或删掉这个视图，再备份一次。',
  },
  'copy.snapshots-lost': {
    message:
      '副本“{{destination}}”上有 {{snapshots}} 个快照不见了：它们的登记文件没有了，单凭这份副本恢复不出它们。别的副本不受影响。',
    remedy:
      '运行 shouhu verify "{{destination}}" --heal-from 另一份副本，把那里还有的补回来；再看看这块盘或这个存储桶是不是出了问题，或有人动过 manifests 文件夹。',
  },
  'copy.unproven': {
    message: '副本“{{destination}}”上有数据已经 {{days}} 天没有读回检查过：它现在还好不好，没有人知道。',
    remedy:
      '接好这块盘，或让这台电脑连得上那个云，再运行 shouhu verify --due；连不上的原因见 shouhu destination test "{{destination}}"。',
  },
  'copy.unlocked': {
    message: '备份已经写到“{{destination}}”，但 {{objects}} 个对象里有 {{unlocked}} 个没能锁上防删除保护。数据完好。',
    remedy: '运行 shouhu destination test "{{destination}}"看看原因；权限改好以后，下一次备份会自动补锁。',
  },
  'verify.already-running': {
    message: '今天的抽查正在进行，没有同时再开一次。副本都没有动。',
    remedy: '等它结束即可；急的话，先在程序里停下它，再重新开始。',
  },
  'copy.incomplete': {
    message: '快照已经存好，但没有完整送到每一个目的地，副本比计划的少。',
    remedy: '看清是哪个目的地没有完成，接好之后运行 shouhu copy 补上。',
  },
  'prune.no-room-for-lease': {
    message:
      '“{{name}}”满得一个字都写不进去了。清理之前要先写一张“正在清理”的小条子，免得别的电脑同时往里写，这张条子放不下，所以什么都没有删除。',
    remedy: '先把盘上别的文件（照片、安装包之类）移走一两个，有 1 MB 就够，再清理一次。不要动守护的文件夹。',
  },
  'prune.unreadable': {
    message: '有 {{count}} 份记录读不出来，不知道它们还用着哪些数据块，所以什么都没有删除。第一份是：{{object}}。',
    remedy: '先运行 shouhu verify 并加上 --heal-from，用另一份完好的副本修好它，再来清理。',
  },
  'prune.deed-unreadable': {
    message:
      '这一处有 {{count}} 份“哪些快照真正还原过、哪些是按规则清理掉的”记录读不出来，不知道哪些快照受保护，所以什么都没有删除。第一份是：{{object}}。',
    remedy: '先运行 shouhu verify 并加上 --heal-from，用另一份完好的副本修好它，再来清理。备份和恢复不受影响。',
  },
  'prune.changed-meanwhile': {
    message: '清理的时候有别的电脑往这个仓库里写了东西。为了不误删，已经停下来；还在用的数据一点都没有删。',
    remedy: '等那边写完，再运行一次就会接着清理。',
  },
  'prune.looks-like-attack': {
    message:
      '“{{source}}”最新的快照（{{snapshot}}）比之前少了很多（总行数 {{rowsBefore}} → {{rowsAfter}}）：{{evidence}}。如果数据是被人删的，旧快照就是救命的东西，所以一份都没有删除。',
    remedy:
      '先看看店里的数据是不是少了。少了就马上恢复；确实是您自己清理的，就加上 --confirm-shrink {{snapshot}} 再运行一次。',
  },
  'restore.no-copy': {
    message: '现在能连上的副本里都没有这个快照，还没有开始恢复。',
    remedy: '插上存有它的磁盘，或检查网络，然后再试；也可以换一个快照。',
  },
  'restore.statement-refused': {
    message:
      '快照里“{{table}}”的建表语句不是建这张表的：有人用钥匙改过这份备份，或者它是别的程序写的。没有把它交给任何服务器，也没有恢复任何东西。',
    remedy: '换一个更早的快照，或用 --tables 只恢复别的表。钥匙可能已经泄露：请新建一个仓库，重新备份。',
  },
  'restore.table-not-kept': {
    message: '这个快照里没有表“{{table}}”：备份的时候它读不出来。没有恢复任何东西。',
    remedy: '换一个更早的快照再试；先运行 shouhu snapshots，找标着 ✓ 的。',
  },
  'restore.file-too-large': {
    message: '这块盘放不下这么大的一个文件（FAT32 格式的盘，单个文件不能到 4 GiB）。没有留下半个文件，备份不受影响。',
    remedy:
      '把文件写到另一块盘上，或把这块盘格式化成 exFAT（盘上的东西会清空），或写成压缩的 .sql.zst，或用 --tables 分几次导出。',
  },
  'restore.target-exists': {
    message: '要恢复到的地方已经有同名的数据库或文件，没有动它。',
    remedy: '换一个名字再恢复（数据库用 --as，文件换文件名），比较无误之后再决定要不要替换。',
  },
  'restore.no-privilege': {
    message:
      '这个数据库用户没有权限在那里建库和写入（{{statement}}），所以什么都没有恢复。正在营业的店没有动，备份也是好的。',
    remedy:
      '备份用的用户本来就应该只能读。请换一个能建库的用户来恢复（--into mysql://root@主机:端口/），或先恢复到临时服务器里看看（--into sandbox）。',
  },
  'restore.not-portable': {
    message:
      '快照来自 {{source}}，要恢复到的服务器是 {{target}}，它没有快照里“{{object}}”用到的功能（{{feature}}）。所以没有恢复，一行数据也没有写入；快照没有改动。',
    remedy: '换一台与原来同品牌、版本相同或更新的数据库服务器再恢复；也可以用 --into sql 导出成文件。',
  },
  'restore.confirmation-missing': {
    message: '这一步会覆盖正在使用的数据，没有得到确认，所以什么都没有做。',
    remedy: '看清要覆盖的是哪台服务器的哪个数据库，再把名字完整地写一遍。',
  },
  'restore.rows-mismatch': {
    message: '恢复出来的行数和快照里的不一样，先不要使用这份结果。快照和原来的数据库都没有动。',
    remedy: '换一份副本再恢复一次；同时用 shouhu verify 检查这份副本。',
  },
  'restore.digest-mismatch': {
    message: '恢复出来的内容和快照里的指纹不一样，先不要使用这份结果。快照和原来的数据库都没有动。',
    remedy: '换一份副本再恢复一次，或恢复到同一品牌、同一版本的数据库。',
  },
  'restore.ledger-mismatch': {
    message: '恢复出来的金额合计和快照里的对不上，先不要使用这份结果。快照和原来的数据库都没有动。',
    remedy: '换一份副本再恢复一次；如果还是对不上，把日志发给我们。',
  },
  'restore.target-full': {
    message: '目标服务器的磁盘写满了，恢复没有完成。店里的数据没有动，备份也是好的。',
    remedy:
      '如果那就是店铺自己的服务器，先看看数据库还在不在运行。腾出地方（大约是备份大小的两到三倍），或换一台服务器，再恢复一次。写进去的那部分会删掉；没能删掉的，shouhu restores 会列出来。',
  },
  'restore.read-only': {
    message: '目标数据库服务器现在是只读的（{{variable}}=ON），什么都没有恢复。正在营业的店没有动。',
    remedy: '如果那台是从库，请恢复到主库或别的服务器；如果是自己关的，运行 SET GLOBAL {{variable}}=OFF 之后再试。',
  },
  'restore.names-collide': {
    message:
      '有些名字只差大小写，目标服务器分不清：{{names}}（lower_case_table_names：备份 {{source}}，那里 {{target}}）。什么都没有恢复，店里的数据没有动。',
    remedy:
      '换一台初始化时设了 lower_case_table_names={{source}} 的服务器，或先恢复到临时服务器（--into sandbox）；也可以用 --tables 只恢复其中一张。',
  },
  'restore.load-failed': {
    message: '往目标数据库写入时出了错，恢复没有完成。快照和原来的数据库都没有动。',
    remedy: '检查目标服务器的空间和权限，然后重新恢复；没有写完的那份可以放心删掉。',
  },
  'resale.no-rules': {
    message: '不认识“{{source}}”用的发卡程序，不知道哪张表记着卡和订单，所以没法防止重复售卡。什么都没有动。',
    remedy: '加上 --resale-guard off 再恢复一次；恢复后请先对照订单，把恢复点之后卖出的卡手工改成已售出，再开店。',
  },
  'resale.not-marked': {
    message:
      '恢复出来的“{{table}}”里还有 {{cards}} 张已经发给买家的卡没能标成已售出，所以这次恢复没有算完成。线上的数据没有动。',
    remedy: '多半是触发器或权限拦住了改动：换一个能改这张表的账号再恢复一次；在那之前不要用恢复出来的库开店。',
  },
  'sandbox.no-server': {
    message: '这台电脑上没有找到 MariaDB 或 MySQL 的服务程序，所以不能做临时恢复。备份没有改动。',
    remedy: '安装 MariaDB 服务器之后再试；运行 shouhu doctor 可以看到这台电脑该怎么装。',
  },
  'sandbox.start-failed': {
    message: '临时数据库没有启动成功，恢复没有开始。备份没有改动。',
    remedy: '看看磁盘空间和临时文件夹的权限，再试一次；shouhu doctor 会指出缺什么。',
  },
};

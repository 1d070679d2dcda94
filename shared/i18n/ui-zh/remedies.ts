/** What to do next, in the words of the page, where the common catalog speaks of the command line. Dots are underscores. */
export const remediesZh = {
  remedyHere: {
    'tunnel_host-key-unknown': '请核对指纹，确认是自己的服务器以后再信任它。',
    'tunnel_key-unreadable': '请选择私钥文件（不是 .pub 结尾的那个）；私钥有密码的话，填写密钥的密码。',
    'tunnel_agent-missing': '请先启动系统的 SSH 代理并加入密钥，或者改用密钥文件登录。',
    mysql_unreachable: '请检查数据库是否在运行、地址和端口是否正确；如果它只接受本机连接，请打开「通过 SSH 连接」。',
    mysql_unsupported: '请看技术细节里写的是哪一项；可以先不备份它，并把细节发给我们。',
    'disk_marker-refused': '先确认插的是自己的盘。确认无误后，删掉盘上的 shouhu-disk.json，再点「测试」，会重新写上。',
    disk_twins: '请拔下其中一块再试。想把拷贝当作另一块盘轮换，先删掉它里面的 shouhu-disk.json，再添加一次。',
    'disk_pulled-out': '方便时再插上它，点「再试一次」，会从断开的地方接着来。',
    'disk_not-cold': '添加副本时选「U 盘（带走保管）」或「异地硬盘」，它就会加入轮换。',
    'disk_no-source': '请先做一次备份，再插上这块盘。',
    'disk_no-room': '把盘上别的文件移走，或换一块更大的盘；也可以到「副本」页整理这块盘上的旧快照。',
    'disk_no-room-for-all': '把盘上别的文件移走，或换一块更大的盘，再走一轮。',
    copy_incomplete: '请到「副本」页检查这一处，并选一处完好的副本作为修复来源。',
    'copy_snapshots-lost': '请到「副本」页检查这一处，选一处完好的副本作为修复来源，把那里还有的快照补回来。',
    copy_unproven: '请接好这块盘，或让这台电脑连得上那个云，再到「副本」页检查它。',
    copy_unlocked: '请到「副本」页测试这一处，看看原因；权限改好以后，下一次备份会自动补锁。',
    'home_already-initialised': '直接使用就可以，不需要重新设置。',
    home_damaged: '用任意一份副本和恢复卡，选择「把一切找回来」，整条时间线都会回来。',
    'restore_log-sealed':
      '在恢复的「卡密」一步选择用卡密保险库口令打开，就能回到这一刻；暂时不想打开的话，可以先恢复到 {{nearest}}。',
    'files_no-ssh': '重新添加这家店铺，打开「通过 SSH 连接」，再选要备份的文件夹。',
    'files_folder-missing': '核对一下文件夹，在「网站文件和设置」里重新选；没有权限的话，让这个账号能读它。',
    files_unread: '让备份用的账号能读这些文件；不需要的，可以在选文件夹时跳过。',
    files_none: '在「网站文件和设置」里选好文件夹，下一次备份就会带上；或换一个带文件的快照。',
    'files_no-history': '换一个快照，或再备份一次：只要带上网站文件，下一次备份就会接着写历史。',
    'keys_cannot-stay':
      '请持有人拿着这张卡在这里点「试一试纸上的词」，之后就能留下；或者不留，换好之后给他写一张新的。',
    'keys_vault-rotated':
      '关掉守护，重新打开再试一次。如果钥匙是在另一台电脑上换的：先在这台电脑上用新的恢复卡「把一切找回来」，再继续备份。',
    'files_path-unknown': '换个名字再找找，或换一个快照。',
    settings_none: '先告诉守护 Redis 在哪里，下一次备份就会带上；也可以换一个更早的快照。',
    redis_unreachable:
      '在服务器上看看 Redis 开着没有（宝塔面板 → 软件商店 → Redis），地址和端口对不对；网站已经不用 Redis 的话，选「不再备份」。',
    redis_refused: '密码写在网站的 .env 里（REDIS_PASSWORD），填上它再试一次。',
    'cards_nothing-to-add': '可以直接比较，再换上去。',
    'keys_vault-closed': '需要卡密时，在恢复的「卡密」一步选择用卡密保险库口令打开。',
    prune_unreadable: '请到「副本」页检查这一处，选一处完好的副本作为修复来源，修好以后再来清理。',
    'prune_looks-like-attack':
      '请先看看店里的数据还在不在：少了就马上恢复；确实是自己清理的，再看一遍会清理什么，在那里确认。',
    repository_foreign: '请确认硬盘或存储桶没有拿错；想使用里面的备份，请选择「把一切找回来」。',
    repository_damaged: '请到「副本」页检查这一处，并选一处完好的副本作为修复来源。',
    'repository_missing-object': '请到「副本」页检查这一处，并选一处完好的副本作为修复来源。',
    'restore_no-privilege':
      '备份用的用户本来就应该只能读。请用一个能建库的用户恢复到另一台服务器，或先恢复到演练沙箱里看看。',
    'restore_target-exists': '请换一个新数据库的名字再恢复，核对以后再决定是否替换。',
    'usage_bad-argument': '请检查填写的内容，改正以后再试一次。',
    'usage_secret-missing': '请把密码或口令填上，再试一次。',
  },
};

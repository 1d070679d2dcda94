import { describe, expect, it } from 'vitest';
import { SecretMask } from './hide-secrets.ts';

const hide = (path: string, text: string) => new SecretMask().hide(path, text);

/** Each line with a secret `S…`, which must be gone, and what must still be there. */
const secrets: readonly (readonly [path: string, text: string, kept: string])[] = [
  ['.env', 'DB_PASSWORD=S3cret\nDB_HOST=10.0.0.1', 'DB_HOST=10.0.0.1'],
  ['.env.production', 'export APP_KEY=base64:S3cret/abc=', 'APP_KEY='],
  ['.env', 'DATABASE_URL=mysql://shop:S3cret@10.0.0.1/db', 'mysql://shop:'],
  ['config.php', "'password' => 'S3cret', 'host' => 'localhost'", "'host' => 'localhost'"],
  ['config.php', '$dbpass = "S3cret"; $dbname = "shop";', '$dbname = "shop"'],
  ['config.php', "define('DB_PASS', 'S3cret');define('DB_NAME', 'shop');", "'DB_NAME', 'shop'"],
  ['config.php', "'password' => env('DB_PASSWORD', 'S3cret'),", "env('DB_PASSWORD'"],
  ['config.php', "$conf['smtp']['pwd'] = 'S3\\'cret';", "['smtp']"],
  ['config.php', "new PDO('mysql:host=localhost', 'shop', 'S3cret')", 'mysql:host=localhost'],
  ['config.php', "mysqli_connect('localhost', 'root', 'S3cret', 'x')", 'localhost'],
  ['door.php', "if ($_POST['password'] === 'S3cret') eval($_POST['c']);", "eval($_POST['c'])"],
  ['config.json', '{"mchKey": "S3cret", "mchId": "1900000109"}', '"mchId": "1900000109"'],
  ['app.yml', 'redis:\n  password: S3cret\n  port: 6379', 'port: 6379'],
  ['web.xml', '<db><password>S3cret</password><user>shop</user></db>', '<user>shop</user>'],
  ['pay.php', '-----BEGIN RSA PRIVATE KEY-----\nS3cretS3cret\n-----END RSA PRIVATE KEY-----\n$a = 1;', '$a = 1;'],
  ['pay.php', '-----BEGIN PRIVATE KEY-----\nS3cret', 'BEGIN PRIVATE KEY'],
  ['pay.php', 'rsa(MIIEowIBAAKCAQEAS3cret0Zx9Lq7VbN2, 2)', 'rsa('],
  ['cert/apiclient.key', 'S3cret\nS3cret2', ''],
];

describe('passwords and keys in a text', () => {
  it.each(secrets)('of %s are hidden: %s', (path, text, kept) => {
    const shown = hide(path, text);
    expect(shown).not.toContain('S3');
    expect(shown).toContain('••••••');
    expect(shown).toContain(kept);
    expect(shown.split('\n')).toHaveLength(text.split('\n').length);
  });

  it('stay apart: the same value has the same number, another has another', () => {
    const mask = new SecretMask();
    expect(mask.hide('.env', 'DB_PASSWORD=one\nREDIS_PASSWORD=one')).toBe(
      'DB_PASSWORD=••••••(1)\nREDIS_PASSWORD=••••••(1)',
    );
    expect(mask.hide('.env', 'DB_PASSWORD=two')).toBe('DB_PASSWORD=••••••(2)');
    expect(mask.hidden).toBe(3);
  });

  it('are not seen where there are none', () => {
    const code = '<?php\n$title = "欢迎光临";\necho strtoupper($title);\n// keyword, 1 => 2\n$passed = true;\n';
    expect(hide('index.php', code)).toBe(code);
    expect(hide('.env', 'APP_DEBUG=false\nMAIL_PASSWORD=null\nAPP_KEY=')).toBe(
      'APP_DEBUG=false\nMAIL_PASSWORD=null\nAPP_KEY=',
    );
  });

  it('do not make a hostile text slow', () => {
    for (const part of ["'password'=>'", '"key":', 'new PDO("', '://a:', '<key>', 'a', '-----BEGIN PRIVATE KEY-----'])
      expect(hide('.env', part.repeat(1_000_000 / part.length)).length).toBeGreaterThan(0);
  });
});

import { expect, it } from 'vitest';
import { boundFolders, isKeyFile, parentsOfSites, siteParents } from './known-places.ts';

it.each([
  ['.env', true],
  ['.env.production', true],
  ['.env.example', false],
  ['apiclient_key.pem', true],
  ['alipay.key', true],
  ['merchant.p12', true],
  ['id_rsa', true],
  ['id_rsa.pub', false],
  ['cacert.pem', false],
  ['index.php', false],
  ['monkey', false],
])('a key of the owner by its name: %s %s', (name, is) => {
  expect(isKeyFile(name)).toBe(is);
});

it('folders that a compose file binds are told, those of a database and sockets are not', () => {
  const compose = `
services:
  app:
    volumes:
      - ./uploads:/app/uploads:rw
      - "/data/../data/keys:/keys"
      - named:/app/cache
      - /var/run/docker.sock:/var/run/docker.sock
      - /etc/localtime:/etc/localtime:ro
      - ../../../../../..:/all
      - ./mysql:/var/lib/mysql
`;
  expect(boundFolders(compose, '/opt/shop')).toEqual(['/opt/shop/uploads', '/data/keys']);
});

it('sites are looked for beside those that are kept, never at the top of the disk or among the system', () => {
  const sites = ['/data/sites/shop', '/srv/shop', '/etc/nginx/conf.d', '/www/wwwroot/shop/'];
  expect(parentsOfSites(sites)).toEqual([...siteParents, '/data/sites']);
});

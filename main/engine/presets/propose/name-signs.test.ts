import { describe, expect, it } from 'vitest';
import { looksLikeCards, looksLikeCardsHere } from './name-signs.ts';
import { sampleSigns } from './sample-signs.ts';

const column = (table: string, name: string, dataType = 'text', comment = '') => ({
  table,
  column: name,
  dataType,
  comment,
});

describe('a column that was not there before', () => {
  it.each([
    ['carmis_backup', 'carmi', 'text', '', 'name-card'],
    ['goods', 'cdkey', 'varchar', '', 'name-card'],
    ['carmis', 'carmi_v2', 'text', '', 'name-card'],
    ['my_order', 'neirong', 'longtext', '发货内容', 'comment-card'],
    ['kami_20261123', 'content', 'text', '', 'table-cards'],
    ['cards2', 'code', 'varchar', '', 'table-cards'],
  ])('looks like cards: %s.%s', (table, name, dataType, comment, reason) => {
    expect(looksLikeCards(column(table, name, dataType, comment))).toBe(reason);
  });

  it.each([
    ['carmis', 'is_loop', 'tinyint', ''],
    ['carmis', 'note', 'varchar', ''],
    ['users', 'card_no', 'varchar', ''],
    ['user_bank_card', 'bank_card', 'varchar', ''],
    ['articles', 'content', 'text', ''],
    ['goods', 'title', 'varchar', ''],
    ['admin_users', 'secret', 'varchar', ''],
    ['pays', 'merchant_key', 'text', ''],
    ['orders', 'order_sn', 'varchar', ''],
    ['failed_jobs', 'exception', 'text', ''],
  ])('does not: %s.%s', (table, name, dataType, comment) => {
    expect(looksLikeCards(column(table, name, dataType, comment))).toBeNull();
  });

  it('is suspected sooner in a table that holds cards', () => {
    expect(looksLikeCardsHere(column('carmis', 'spare'), true)).toBe('table-cards');
    expect(looksLikeCardsHere(column('orders', 'content'), true)).toBe('table-cards');
    expect(looksLikeCardsHere(column('zzz', 'content'), true)).toBe('table-cards');
    expect(looksLikeCardsHere(column('zzz', 'content'), false)).toBeNull();
    for (const name of ['note', 'updated_at', 'email', 'password'])
      expect(looksLikeCardsHere(column('zzz', name), true)).toBeNull();
  });
});

describe('values', () => {
  const signs = (...values: string[]) => sampleSigns(values);

  it('look like keys', () => {
    for (const values of [
      ['A1B2C-D3E4F-G5H6I', 'Q9W8E-R7T6Y-U5I4O'],
      ['user1@mail.com----hunter22', 'user2@mail.com----secret77'],
      ['卡号：8800123456789012 密码：k3j4h5g6f7', '卡号：8800123456789013 密码：z9x8c7v6b5'],
      ['K1K2K3K4L5\nP9O8I7U6Y5', 'M1N2B3V4C5'],
    ])
      expect(signs(...values).keys).toBeGreaterThanOrEqual(0.5);
  });

  it('do not', () => {
    for (const values of [
      ['a@example.com', 'b@example.com'],
      ['/uploads/a1b2c3d4.png', 'https://shop.example/x9y8z7w6'],
      ['网易云音乐年卡，自动发货', '请联系客服处理'],
      ['5f4dcc3b5aa765d61d8327deb882cf99', '$2y$10$abcdefghijklmnopqrstuuN5zFz4uQ4F1yF1yF1yF1yF1yF1yF1yFy'],
      ['2026-11-23 10:00:00', '12.50', '13800138000'],
      ['10.0.0.1', 'Mozilla', 'pending'],
    ])
      expect([values[0], signs(...values).keys < 0.5]).toEqual([values[0], true]);
  });
});

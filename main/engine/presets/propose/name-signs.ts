/** What names, types and comments say of a column. Lower-case names without a shop's prefix do as well as with one. */
export interface NamedColumn {
  readonly table: string;
  readonly column: string;
  /** information_schema DATA_TYPE. */
  readonly dataType: string;
  /** '' where nobody knows it. */
  readonly comment: string;
}

const cardWord =
  /(?:^|_)(?:carmis?|kamis?|km|cdks?|cdkeys?|cd_keys?|card_?(?:no|num|number|info|code|key|secret|pwd|pass|password|content|str|data)|serial(?:_?(?:no|number|code))?|licen[cs]e(?:_?(?:key|code))?|activation(?:_?(?:key|code))?|voucher(?:_?code)?|redeem(?:_?code)?|gift_?(?:card_?)?code|card_?keys?|cards?)(?:_?v?\d{1,2}|_(?:new|old|bak|backup|copy|raw|plain|text|enc))?$/;
const cardComment =
  /卡密|卡号|激活码|兑换码|序列号|充值卡|点卡|发货内容|宝贝内容|礼品码|提货码|\bcard key|license key|activation code/i;
/** Ends of names of tables that hold cards or copies of them. */
const cardTable =
  /(?:^|_)(?:carmis?|kamis?|km|cdks?|cdkeys?|cards?|goods_cards?|vouchers?|licen[cs]es?|gift_cards?|gift_card_codes?|card_secrets?|stocks?|virtual_cards?)(?:_(?:bak|back|backup|old|copy|tmp|temp|new|log|logs|history|archive)[a-z0-9_]*|_?\d{4,}|\d)?$/;
const orderTable =
  /(?:^|_)(?:orders?|trades?|order_(?:items?|cards?|goods|infos?|details?)|sold|sales?|delivers?|deliver(?:y|ies)|fulfil?lments?)(?:_(?:bak|backup|old|copy|history|archive)[a-z0-9_]*)?$/;
const generic =
  /^(?:content|contents|info|secret|code|codes|text|data|value|detail|details|info_text|goods_info|cards?|number|sn|ord_info|delivery|treasure|payload)$/;
const credentialWord =
  /(?:^|_)(?:password|passwd|pass|pwd|salt|token|access_token|remember_token|hash|session(?:_hash|_id)?|app_?key|app_?secret|app_?id|api_?key|api_?secret|secret_?key|merchant_?(?:id|key|pem)|private_?key|public_?key|rsa_\w+|google_?secret|totp\w*|paykey|client_token|vvalue|config|params|search_pwd|query_password|chapwd|mailpassword|verify_?code)$/;
const credentialTable =
  /(?:^|_)(?:admins?|admin_users?|manage\w*|users?|members?|pays?|payments?|pay_\w+|settings?|configs?|sessions?|shared)$/;
const plainWord =
  /(?:^|_)(?:id|ids|uid|pid|uuid|name|title|subject|email|mail|phone|mobile|tel|qq|wechat|address|ip|ua|agent|user_agent|url|uri|link|href|domain|host|path|route|avatar|icon|img|image|pic|picture|logo|slug|sort|status|state|type|remark|note|memo|message|desc|description|keywords?|username|nickname|realname|account|contact|bank_?card|bank_?\w+|id_?card|idcard_number|lang|locale|color|theme|template|created_at|updated_at|sku|race)$/;
const numberWord =
  /(?:^|_)(?:order_?(?:sn|no|id|num|number)|out_trade_no|trade_?no|tradeid|orderid|transaction_?id|pay_ord|serial_number_of_order|request_no|trade_sn|unionid|openid)$/;
const textTypes = new Set([
  'char',
  'varchar',
  'tinytext',
  'text',
  'mediumtext',
  'longtext',
  'json',
  'blob',
  'mediumblob',
  'longblob',
  'tinyblob',
  'varbinary',
]);

export interface NameSigns {
  /** May hold text at all. */
  readonly isText: boolean;
  /** Word of the name that means cards, or null. */
  readonly cardWord: string | null;
  readonly isCardComment: boolean;
  readonly isCardTable: boolean;
  readonly isOrderTable: boolean;
  /** A name that says nothing, as content or info. */
  readonly isGeneric: boolean;
  readonly isCredential: boolean;
  /** A number, a name, an address: never a card. */
  readonly isPlain: boolean;
}

export function nameSigns({ table, column, dataType, comment }: NamedColumn): NameSigns {
  const [lowerTable, lower] = [table.toLowerCase(), column.toLowerCase()];
  const isCardTable = cardTable.test(lowerTable);
  const isOrderTable = orderTable.test(lowerTable);
  const isOfPeople = credentialTable.test(lowerTable) && !isCardTable;
  const word = cardWord.exec(lower)?.[0].replace(/^_/, '') ?? null;
  const isCredential = !isCardTable && (credentialWord.test(lower) || (isOfPeople && /secret|key$|code$/.test(lower)));
  return {
    isText: textTypes.has(dataType.toLowerCase()),
    cardWord: isCredential || isOfPeople ? null : word,
    isCardComment: cardComment.test(comment),
    isCardTable,
    isOrderTable,
    isGeneric: generic.test(lower),
    isCredential,
    isPlain: plainWord.test(lower) || numberWord.test(lower),
  };
}

/**
 * Whether a column that was not there before looks like cards by its name and type alone: in words, or null. Strict, because nothing is read: a name
 * that says nothing counts only in a table whose name says it.
 */
export function looksLikeCards(column: NamedColumn): 'name-card' | 'comment-card' | 'table-cards' | null {
  const signs = nameSigns(column);
  if (!signs.isText || signs.isCredential) return null;
  if (signs.isCardComment) return 'comment-card';
  if (signs.isPlain) return null;
  if (signs.cardWord !== null) return 'name-card';
  return signs.isCardTable && signs.isGeneric ? 'table-cards' : null;
}

/** The same of a column that has come to a table that was there; `isSealed`: that table holds cards already, so that a new text in it may well be another one. */
export function looksLikeCardsHere(column: NamedColumn, isSealed: boolean): ReturnType<typeof looksLikeCards> {
  const strict = looksLikeCards(column);
  if (strict !== null) return strict;
  const { isText, isPlain, isCredential, isCardTable, isOrderTable, isGeneric } = nameSigns(column);
  if (!isText || isPlain || isCredential) return null;
  const isLikely = isCardTable || (isGeneric && (isSealed || isOrderTable));
  return isLikely ? 'table-cards' : null;
}

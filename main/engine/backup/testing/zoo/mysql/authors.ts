import type { PrivateServer } from '../../../../sandbox/index.ts';
import { runClient, runClientIn } from '../zoo-server.ts';

/**
 * Objects whose authors used another character set: the statement is text in that set, and stays so. MySQL has no EXECUTE IMMEDIATE
 * and prepares no routines, so the statements travel as the octets of their set. For zoo_objects, which objects.sql makes.
 */
const authored: readonly {
  readonly names: string;
  readonly charset: string;
  readonly statements: readonly string[];
}[] = [
  {
    names: 'gbk COLLATE gbk_bin',
    charset: 'gbk',
    statements: [
      "CREATE PROCEDURE in_gbk() BEGIN SELECT '守护\\\\运' AS `名`; END",
      "CREATE VIEW view_in_gbk AS SELECT '守护' AS `名称`, id FROM goods WHERE name <> '运'",
      "CREATE TRIGGER trigger_in_gbk AFTER UPDATE ON goods FOR EACH ROW INSERT INTO log (what) VALUES ('改\\\\誠')",
      "CREATE EVENT event_in_gbk ON SCHEDULE EVERY 2 HOUR STARTS '2031-01-01 00:00:00' DISABLE DO INSERT INTO log (what) VALUES ('守')",
    ],
  },
  {
    names: 'latin1 COLLATE latin1_general_cs',
    charset: 'latin1',
    statements: ["CREATE FUNCTION in_latin1() RETURNS varchar(20) CHARACTER SET latin1 DETERMINISTIC RETURN 'ü€é'"],
  },
  { names: 'sjis', charset: 'sjis', statements: ["CREATE PROCEDURE in_sjis() SELECT 'ソ表能\\\\' AS x"] },
  // MySQL 9.7 cannot show a view of its own whose big5 octets hold a backslash (功許蓋 in objects.sql): 1064.
  { names: 'big5', charset: 'big5', statements: ["CREATE VIEW view_in_big5 AS SELECT '守護' AS x"] },
  {
    names: 'gb18030 COLLATE gb18030_unicode_520_ci',
    charset: 'gb18030',
    statements: [
      "CREATE PROCEDURE in_gb18030() SELECT '㐀😀\\\\' AS `守`",
      "CREATE VIEW view_in_gb18030 AS SELECT '守' = '护' AS same, '守护' AS `名`",
    ],
  },
];

export async function createAuthored(server: PrivateServer): Promise<void> {
  for (const { names, charset, statements } of authored) {
    const octets: Buffer[] = [];
    for (const statement of statements) {
      const hex = `x'${Buffer.from(statement).toString('hex')}'`;
      const printed = await runClient(server, `SELECT HEX(CONVERT(_utf8mb4 ${hex} USING ${charset}));\n`);
      octets.push(Buffer.from(printed.trim(), 'hex'), Buffer.from('\n$end$\n'));
    }
    const head = `USE zoo_objects; SET SESSION sql_mode = ''; SET NAMES ${names};\nDELIMITER $end$\n`;
    // The client only finds the ends of statements; it knows no gb18030, whose octets it reads rightly as gbk.
    const clientSet = charset === 'gb18030' ? 'gbk' : charset;
    await runClientIn(clientSet, server, Buffer.concat([Buffer.from(head), ...octets]));
  }
}

/**
 * The demo shop: our own sample data, shaped like 独角数卡 2.x, so that the preset recognises it. Table by table, in an order
 * that can be created; `goods_pictures` and `daily_turnover` are ours, to have BLOB bytes and a view.
 */
export const demoDatabase = 'dujiaoka';

export const demoTables: readonly string[] = [
  `CREATE TABLE admin_users (
    id bigint unsigned NOT NULL AUTO_INCREMENT, username varchar(120) COLLATE utf8mb4_unicode_ci NOT NULL,
    password varchar(80) COLLATE utf8mb4_unicode_ci NOT NULL, name varchar(255) COLLATE utf8mb4_unicode_ci NOT NULL,
    created_at timestamp NULL DEFAULT NULL, PRIMARY KEY (id), UNIQUE KEY admin_users_username_unique (username)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  `CREATE TABLE goods_group (
    id int NOT NULL AUTO_INCREMENT, gp_name varchar(200) COLLATE utf8mb4_unicode_ci NOT NULL COMMENT '分类名称',
    is_open tinyint(1) NOT NULL DEFAULT 1, ord int NOT NULL DEFAULT 1, PRIMARY KEY (id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='商品分类表'`,
  `CREATE TABLE goods (
    id int NOT NULL AUTO_INCREMENT, group_id int NOT NULL, gd_name varchar(200) COLLATE utf8mb4_unicode_ci NOT NULL COMMENT '商品名称',
    gd_description varchar(200) COLLATE utf8mb4_unicode_ci NOT NULL, retail_price decimal(10,2) DEFAULT 0.00,
    actual_price decimal(10,2) NOT NULL DEFAULT 0.00, in_stock int NOT NULL DEFAULT 0, sales_volume int DEFAULT 0,
    type tinyint(1) NOT NULL DEFAULT 1, buy_prompt text COLLATE utf8mb4_unicode_ci, is_open tinyint(1) NOT NULL DEFAULT 1,
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    PRIMARY KEY (id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='商品表'`,
  `CREATE TABLE goods_pictures (
    goods_id int NOT NULL, picture blob NOT NULL, weight float DEFAULT NULL, PRIMARY KEY (goods_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  `CREATE TABLE carmis (
    id bigint NOT NULL AUTO_INCREMENT, goods_id int NOT NULL COMMENT '所属商品',
    status tinyint(1) NOT NULL DEFAULT 1 COMMENT '状态 1未售出 2已售出', is_loop tinyint(1) NOT NULL DEFAULT 0,
    carmi text CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci NOT NULL COMMENT '卡密',
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    PRIMARY KEY (id), KEY idx_goods_id (goods_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_unicode_ci COMMENT='卡密表'`,
  `CREATE TABLE orders (
    id bigint NOT NULL AUTO_INCREMENT, order_sn varchar(150) CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci NOT NULL COMMENT '订单号',
    goods_id int NOT NULL, title varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
    buy_amount int NOT NULL DEFAULT 1, total_price decimal(10,2) NOT NULL DEFAULT 0.00,
    actual_price decimal(10,2) NOT NULL DEFAULT 0.00 COMMENT '实际支付价格',
    email varchar(200) CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci NOT NULL,
    info text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci COMMENT '订单详情', pay_id int DEFAULT NULL,
    buy_ip varchar(50) CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci NOT NULL,
    status tinyint(1) NOT NULL DEFAULT 1 COMMENT '1待支付 2待处理 3处理中 4已完成 5处理失败 6异常 -1过期',
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
    PRIMARY KEY (id), UNIQUE KEY idx_order_sn (order_sn), KEY idx_goods_id (goods_id), KEY idex_email (email)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_unicode_ci COMMENT='订单表'`,
  `CREATE TABLE pays (
    id int NOT NULL AUTO_INCREMENT, pay_name varchar(200) COLLATE utf8mb4_unicode_ci NOT NULL, pay_check varchar(50) COLLATE utf8mb4_unicode_ci NOT NULL,
    merchant_id varchar(200) COLLATE utf8mb4_unicode_ci DEFAULT NULL, merchant_key text COLLATE utf8mb4_unicode_ci,
    merchant_pem text COLLATE utf8mb4_unicode_ci NOT NULL, is_open tinyint(1) NOT NULL DEFAULT 1, PRIMARY KEY (id), UNIQUE KEY idx_pay_check (pay_check)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  `CREATE TABLE emailtpls (
    id int NOT NULL AUTO_INCREMENT, tpl_name varchar(150) COLLATE utf8mb4_unicode_ci NOT NULL, tpl_content mediumtext COLLATE utf8mb4_unicode_ci NOT NULL,
    tpl_token varchar(50) COLLATE utf8mb4_unicode_ci NOT NULL, PRIMARY KEY (id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
];

export const demoView = `CREATE VIEW daily_turnover AS
  SELECT CAST(created_at AS date) AS day, COUNT(*) AS paid_orders, SUM(actual_price) AS turnover
  FROM orders WHERE status IN (2, 3, 4, 5, 6) GROUP BY CAST(created_at AS date)`;

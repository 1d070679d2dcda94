export { ConnectionError } from './ConnectionError.tsx';
export { ServerFields } from './ServerFields.tsx';
export { ShopForm } from './ShopForm.tsx';
export { ShopsPage } from './ShopsPage.tsx';
export { emptyServer, nameError, present, serverErrors, toMysqlInput, toSshInput } from './shop-form.ts';
export type { FormErrors, ServerValues } from './shop-form.ts';
export { createShopStore, unknownHostKey } from './shop-store.ts';
export type { ShopStore } from './shop-store.ts';

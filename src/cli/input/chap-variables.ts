/** Variables for the CHAP secrets when no file holds them; everybody on the machine can see arguments. */
export const SECRET_VARIABLE = 'LTO_CHAP_SECRET';
export const TARGET_SECRET_VARIABLE = 'LTO_CHAP_TARGET_SECRET';

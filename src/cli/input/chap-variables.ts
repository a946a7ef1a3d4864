/** The secrets of CHAP, where they are not in a file: an argument is seen by everybody on the machine. */
export const SECRET_VARIABLE = 'LTO_CHAP_SECRET';
export const TARGET_SECRET_VARIABLE = 'LTO_CHAP_TARGET_SECRET';

/** Asymmetric ones that the issuer signs with. A token chooses neither `none` nor a symmetric one. */
export const SIGNATURE_ALGORITHMS = ['ES256', 'RS256'] as const;

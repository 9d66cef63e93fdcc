/**
 * A certificate for localhost and its key, valid until 2120, for scripted servers of unit tests.
 * Nothing trusts it but the tests that name it as their own authority.
 */
export const loopbackCertificate = `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJ9fYzDzS6ZjF/aD
tSJGjoaRmHVmqJt4Fc64l2SMVATH3nBooM4z78nauF1RZrj/FYy0snK5I51lSaup
44epr8ujTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBRbC/scyanHkvXR78FvbzYf9nUDgjAKBggqhkjOPQQD
AgNIADBFAiEA133888iI13bIKmcfn8K5ZQWldP98zIHo8vlj6gOqZXsCIFwmxyhi
mB0mnkXJ5IxSnNdWm4aqQBz2x+P/Jbq//kYm
-----END CERTIFICATE-----
`;

export const loopbackKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRBIVahvG5MRCOoai
YdEKK4cxACtso9p8PYvkBT9YN/mhRANCAASfX2Mw80umYxf2g7UiRo6GkZh1Zqib
eBXOuJdkjFQEx95waKDOM+/J2rhdUWa4/xWMtLJyuSOdZUmrqeOHqa/L
-----END PRIVATE KEY-----
`;

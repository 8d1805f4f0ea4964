#include "tests/unit/test.h"

#include <string.h>

#include "seed/jwt.h"

#define SECRET "0123456789abcdef0123456789abcdef"

/* Signed by Python's hmac over the same header and claims; the signature covers a name that JSON
 * has to escape and one that is not ASCII. */
static void a_token_is_the_one_that_another_program_signs(void **state)
{
    (void)state;
    const struct jwt_claims claims = { .id = "stress_tms_0007",
                                       .email = "stress_tms_0007@stress.example.com",
                                       .name = "Zoë \"Z\" Ångström",
                                       .issued_s = 1771606800 };
    struct strbuf token = STRBUF_INIT;
    strbuf_add_str(&token, "before ");
    jwt_sign(&claims, SECRET, &token);
    assert_string_equal(
        token.data,
        "before eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJpZCI6InN0cmVzc190bXNfMDAwNyIsImVtYWlsIjoic3RyZXNzX3Rtc18wMDA3QHN0cmVzcy5leGFtcGxlLmNvb"
        "SIsIm5hbWUiOiJab8OrIFwiWlwiIMOFbmdzdHLDtm0iLCJyb2xlIjoiTUVNQkVSIiwiaGllcmFyY2h5TGV2ZWwiOi"
        "JzdGFmZiIsImltYWdlIjpudWxsLCJpYXQiOjE3NzE2MDY4MDAsImV4cCI6MTc3NDE5ODgwMH0."
        "X3mN3-dZfRHyyPDaIag_LDgU89FNdPkXHBSEoB0g8p4");
    strbuf_release(&token);
}

static void another_secret_or_time_gives_another_signature(void **state)
{
    (void)state;
    struct jwt_claims claims = { .id = "a", .email = "b", .name = "c", .issued_s = 1 };
    struct strbuf first = STRBUF_INIT;
    struct strbuf later = STRBUF_INIT;
    struct strbuf other = STRBUF_INIT;
    jwt_sign(&claims, SECRET, &first);
    jwt_sign(&claims, SECRET "x", &other);
    claims.issued_s = 2;
    jwt_sign(&claims, SECRET, &later);
    assert_string_not_equal(strrchr(first.data, '.'), strrchr(other.data, '.'));
    assert_string_not_equal(strrchr(first.data, '.'), strrchr(later.data, '.'));
    strbuf_release(&first);
    strbuf_release(&later);
    strbuf_release(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_the_one_that_another_program_signs),
        cmocka_unit_test(another_secret_or_time_gives_another_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

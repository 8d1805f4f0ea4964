/* A picture of the stage, checked: a PNG that decodes, of the viewport's size, and not blank. */
#include "cdp/collect/collect.h"

#include "base/file.h"
#include "base/png.h"
#include "cdp/base64.h"

#define SHOT_MS 15000
#define MIN_INK 0.005 /* share of pixels unlike the most frequent one; a blank page has less */

static const char *const metrics[] = { NULL };

static enum err take(struct page *page, struct strbuf *bytes, struct err_msg *msg)
{
    cJSON *params = json_new_object();
    json_add_text(params, "format", "png");
    json_add_bool(params, "optimizeForSpeed", true);
    struct session_command command = { .method = "Page.captureScreenshot",
                                       .params = params,
                                       .timeout_ms = SHOT_MS };
    cJSON *result = NULL;
    enum err err = page_call_long(page, &command, &result, msg);
    if (err == ERR_OK) {
        const char *data = json_text(result, "data");
        if (data == NULL || !base64_decode(data, bytes)) {
            err = err_set(msg, ERR_FORMAT, "the browser's screenshot is no base64 text");
        }
    }
    cJSON_Delete(result);
    return err;
}

static enum err check(const struct strbuf *bytes, cJSON *raw, struct err_msg *msg)
{
    struct png_facts facts;
    enum err err = png_inspect(strbuf_text(bytes), bytes->len, "the screenshot", &facts, msg);
    if (err != ERR_OK) {
        return err;
    }
    json_add_number(raw, "width", facts.width);
    json_add_number(raw, "height", facts.height);
    json_add_number(raw, "ink", facts.ink);
    json_add_number(raw, "bytes", (double)bytes->len);
    if (facts.ink < MIN_INK) {
        return err_set(msg, ERR_NO_DATA, "the screenshot is blank (%.4f of it is drawn on)",
                       facts.ink);
    }
    return ERR_OK;
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    if (context->screenshot_path == NULL) {
        return ERR_OK;
    }
    struct strbuf bytes = STRBUF_INIT;
    /* Scrolling mended the heights of a virtual list: its end is elsewhere now. */
    enum err err = journey_scroll_to_end(context->journey, NULL, msg);
    if (err == ERR_OK) {
        err = take(context->journey->page, &bytes, msg);
    }
    if (err == ERR_OK) {
        err = check(&bytes, raw, msg);
    }
    if (err == ERR_OK) {
        err = file_write(context->screenshot_path, bytes.data, bytes.len, 0644, msg);
    }
    strbuf_release(&bytes);
    return err;
}

const struct collector collector_screenshot = {
    .name = "screenshot",
    .when = COLLECT_STAGE,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
};

#include "cdp/collect/gesture.h"

#define GESTURE_MS 20000

enum err gesture_run(struct page *page, const struct gesture *gesture, struct err_msg *msg)
{
    cJSON *params = json_new_object();
    json_add_number(params, "x", gesture->x);
    json_add_number(params, "y", gesture->y);
    json_add_number(params, "yDistance", gesture->up_px);
    json_add_number(params, "speed", gesture->px_s);
    json_add_text(params, "gestureSourceType", "mouse");
    struct session_command command = { .method = "Input.synthesizeScrollGesture",
                                       .params = params,
                                       .timeout_ms = GESTURE_MS };
    return page_call_long(page, &command, NULL, msg);
}

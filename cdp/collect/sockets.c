#include "cdp/collect/sockets.h"

#include "base/json.h"
#include "base/mem.h"

/* Calls a method that answers with an object; its id is the caller's. */
static enum err ask_object(struct page *page, const char *method, cJSON *params, const char *path,
                           char **id, struct err_msg *msg)
{
    cJSON *result = NULL;
    enum err err = page_call(page, method, params, &result, msg);
    const char *text = json_text(result, path);
    if (err == ERR_OK && text == NULL) {
        err = err_set(msg, ERR_PROTOCOL, "%s: the answer has no %s", method, path);
    } else if (err == ERR_OK) {
        *id = mem_dup_str(text);
    }
    cJSON_Delete(result);
    return err;
}

static enum err keep_in_page(struct page *page, const char *objects, struct err_msg *msg)
{
    cJSON *params = json_new_object();
    json_add_text(params, "objectId", objects);
    json_add_text(params, "functionDeclaration",
                  "function () { Object.defineProperty(window, '__tmscdpSockets',"
                  " { value: [...this].map((one) => new WeakRef(one)), configurable: true }); }");
    return page_call(page, "Runtime.callFunctionOn", params, NULL, msg);
}

static enum err find_anew(struct page *page, struct err_msg *msg)
{
    char *prototype = NULL;
    char *objects = NULL;
    cJSON *params = json_new_object();
    json_add_text(params, "expression", "WebSocket.prototype");
    json_add_text(params, "objectGroup", "tmscdp-sockets");
    enum err err = ask_object(page, "Runtime.evaluate", params, "result.objectId", &prototype, msg);
    if (err == ERR_OK) {
        params = json_new_object();
        json_add_text(params, "prototypeObjectId", prototype);
        json_add_text(params, "objectGroup", "tmscdp-sockets");
        err = ask_object(page, "Runtime.queryObjects", params, "objects.objectId", &objects, msg);
    }
    if (err == ERR_OK) {
        err = keep_in_page(page, objects, msg);
    }
    free(prototype);
    free(objects);
    if (err == ERR_OK) {
        params = json_new_object();
        json_add_text(params, "objectGroup", "tmscdp-sockets");
        err = page_call(page, "Runtime.releaseObjectGroup", params, NULL, msg);
    }
    return err;
}

enum err sockets_find(struct page *page, const char *part, struct err_msg *msg)
{
    cJSON *args = json_new_object();
    json_add_text(args, "socket", part);
    cJSON *known = NULL;
    enum err err = page_run(page, "cdp/js/sockets.js", args, &known, msg);
    bool is_known = cJSON_IsNumber(known) && known->valuedouble > 0.0;
    cJSON_Delete(known);
    return err == ERR_OK && !is_known ? find_anew(page, msg) : err;
}

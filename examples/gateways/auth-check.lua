-- Asks the auth service whether the access token of a request is good: `http-request lua.check <role>`, where `any` asks for no role.
-- A good token sets txn.auth_user_id, txn.auth_role and txn.auth_session_id. A refusal is answered as the service answered.
-- In every other case, an error in this file too, the variables are not set, and haproxy.cfg answers with 503.
local CHECK = "http://127.0.0.1:8000/api/v1/auth/check"
-- The service answers within 3 s (DATABASE_TIMEOUT_MS). A service that does not is down.
local TIMEOUT_MS = 4000
local PASSED_ON = { "content-type", "www-authenticate", "cache-control" }

core.register_action("check", { "http-req" }, function(txn, role)
    local headers = { ["x-request-id"] = { txn.sf:req_fhdr("x-request-id") } }
    local authorization = txn.sf:req_fhdr("authorization")
    if authorization ~= "" then headers["authorization"] = { authorization } end
    local response = core.httpclient():get({
        url = role == "any" and CHECK or CHECK .. "?role=" .. role,
        headers = headers,
        timeout = TIMEOUT_MS,
    })
    local function header(name) return response.headers[name] and response.headers[name][0] end
    if response.status == 200 then
        txn:set_var("txn.auth_user_id", header("x-auth-user-id"))
        txn:set_var("txn.auth_role", header("x-auth-role"))
        txn:set_var("txn.auth_session_id", header("x-auth-session-id"))
    elseif response.status == 401 or response.status == 403 then
        local passed = {}
        for _, name in ipairs(PASSED_ON) do passed[name] = header(name) end
        txn:done(txn:reply({ status = response.status, headers = passed, body = response.body }))
    end
end, 1)

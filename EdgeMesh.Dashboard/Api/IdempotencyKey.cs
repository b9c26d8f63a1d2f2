using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using EdgeMesh.Core;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Storage;

namespace EdgeMesh.Dashboard.Api;

/// <summary>Reads the header <c>Idempotency-Key</c>.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    private const int MaxLength = 128;

    /// <summary>The key with its caller and a hash of the request; null without the header; or what is wrong with it.</summary>
    public static (SubmitOnce? Once, Problem? Wrong) Read(HttpRequest http, ClaimsPrincipal user, JobRequest request)
    {
        var values = http.Headers[Header];
        if (values.Count == 0)
        {
            return (null, null);
        }

        var key = values.Count == 1 ? values.ToString() : "";
        if (key.Length is 0 or > MaxLength || !key.All(c => c is > ' ' and <= '~'))
        {
            return (null, new Problem(
                "idempotency_key_invalid", "The Idempotency-Key cannot be used.", $"It is one value of 1 to {MaxLength} visible ASCII characters.", "Send a random value, such as a UUID, and the same one when you try again.", Header));
        }

        // Of what was read, not of its bytes: spaces and the order of fields make no other request.
        var body = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, CoreJson.Options)));
        return (new SubmitOnce(user.KeyId()?.ToString() ?? "", key, body), null);
    }
}

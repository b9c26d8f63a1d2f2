using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>Nothing without the token, but presigned URLs, which carry their own proof.</summary>
internal sealed class TokenGate(string token)
{
    private const string Scheme = "token ";
    private readonly byte[] _digest = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/objects"))
        {
            return next(context);
        }

        string given = context.Request.Headers.Authorization.ToString();
        if (!given.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw new Refusal(StatusCodes.Status401Unauthorized, "Authentication credentials were not provided.");
        }

        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(given[Scheme.Length..]));
        return CryptographicOperations.FixedTimeEquals(digest, _digest)
            ? next(context)
            : throw new Refusal(StatusCodes.Status401Unauthorized, "Invalid token.");
    }
}

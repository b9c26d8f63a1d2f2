using System.Globalization;
using System.Security.Claims;
using EdgeMesh.Dashboard.Audit;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Who a request or circuit acts for: a key.</summary>
public static class KeyPrincipal
{
    private const string MayClaim = "edgemesh:may";

    /// <summary>A principal of this key.</summary>
    /// <param name="scheme">How it proved itself.</param>
    /// <param name="session">The session, when it is one.</param>
    public static ClaimsPrincipal Create(ApiKeyInfo key, string scheme, Guid? session = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, key.Id.ToString("N")), new Claim(ClaimTypes.Name, key.Name), new Claim(MayClaim, ((int)key.May).ToString(CultureInfo.InvariantCulture))], scheme);
        if (session is { } id)
        {
            identity.AddClaim(new Claim(ClaimTypes.Sid, id.ToString("N")));
        }

        return new ClaimsPrincipal(identity);
    }

    /// <summary>The key's id; null when anonymous.</summary>
    public static Guid? KeyId(this ClaimsPrincipal? user) =>
        Guid.TryParse(user?.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>Why this user may not; null when it may.</summary>
    public static Problem? Refusal(this ClaimsPrincipal? user, Scopes needed) =>
        Deeds.Missing(new Actor(user.KeyName(), user.KeyId(), "", (Scopes)(int.TryParse(user?.FindFirstValue(MayClaim), CultureInfo.InvariantCulture, out var may) ? may : 0)), needed);

    /// <summary>The key's name, for "who did it".</summary>
    public static string KeyName(this ClaimsPrincipal? user) => user?.FindFirstValue(ClaimTypes.Name) ?? "the dashboard";
}

using System.Security.Claims;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Who a request or circuit acts for: a key.</summary>
public static class KeyPrincipal
{
    /// <summary>A principal of this key.</summary>
    /// <param name="scheme">How it proved itself.</param>
    public static ClaimsPrincipal Create(ApiKeyInfo key, string scheme)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, key.Id.ToString("N")), new Claim(ClaimTypes.Name, key.Name)], scheme));
    }

    /// <summary>The key's id; null when anonymous.</summary>
    public static Guid? KeyId(this ClaimsPrincipal? user) =>
        Guid.TryParse(user?.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>The key's name, for "who did it".</summary>
    public static string KeyName(this ClaimsPrincipal? user) => user?.FindFirstValue(ClaimTypes.Name) ?? "the dashboard";
}
